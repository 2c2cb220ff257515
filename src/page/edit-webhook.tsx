/** `/webhooks/{webhook_id}/edit` and `…/delete`, and the buttons that concern a webhook as a whole: a sample, keeping refused requests. */
import { Hono } from 'hono';
import { providerFor } from '../providers/registry';
import { apiPath, deletePath, editPath, secretPath, webhookPath } from './addresses';
import type { Status, Webhook } from './answers';
import { askApi, askForVersion, type Failure } from './ask-api';
import type { PageContext, PageEnv } from './context';
import { backTo } from './done';
import { errorPage, failed } from './error-page';
import { ifUnchanged } from './forms/conditions';
import { Form, type Refused } from './forms/form';
import { inputOf, typedValues, type Values, valuesOf } from './forms/form-values';
import { changedWebhookGroups, webhookInput } from './forms/webhook-form';
import { forWriters } from './guard';
import { Layout, showPage } from './layout';
import { webhookName } from './names';
import { Action } from './parts/action';
import { ForeignText } from './parts/foreign-text';
import { numberText } from './parts/state';
import { crumbsOf } from './webhook';

export const editWebhook = new Hono<PageEnv>();

/** `version`: of the webhook when the form was shown. */
type Shown = { webhook: Webhook; values: Values; version: string; refused: Refused | null };

const fieldsOf = ({ provider }: Webhook) =>
  changedWebhookGroups({ provider: providerFor(provider) }).flatMap(group => group.fields);

editWebhook.get('/webhooks/:id/edit', forWriters, async c => {
  const read = await askForVersion<Webhook>(c, 'GET', apiPath(webhookPath(c.req.param('id'))));
  if (!read.ok) return failed(c, read.error);
  const { value: webhook, version } = read.value;
  const values = valuesOf(webhook, fieldsOf(webhook));
  return showForm(c, { webhook, version, refused: null, values });
});

editWebhook.post('/webhooks/:id/edit', async c => {
  const path = webhookPath(c.req.param('id'));
  const read = await askApi<Webhook>(c, 'GET', apiPath(path));
  if (!read.ok) return failed(c, read.error);
  const fields = fieldsOf(read.value);
  const values = typedValues(c.var.form, fields);
  const version = c.var.form.get('version') ?? '';
  const shown = { webhook: read.value, values, version };
  const { input, errors } = inputOf(values, fields, read.value);
  if (errors.length > 0) return showForm(c, { ...shown, refused: { said: '', errors } });
  const changed = await askApi(c, 'PATCH', apiPath(path), webhookInput(input, ''), ifUnchanged(c.var.form));
  if (changed.ok) return backTo(c, path, 'changed');
  return showForm(
    c,
    { ...shown, refused: refusedBy(changed.error, { path: editPath(path) }) },
    changed.error.status,
  );
});

/** What a form says of a request that the API refused. */
export function refusedBy({ type, title, detail, errors }: Failure, form: Sent): Refused {
  if (!type.endsWith(':precondition-failed')) return { said: `${title}. ${detail}`, errors };
  return { said: form.changedMeanwhile ?? CHANGED_MEANWHILE, errors, anew: form.path };
}

/** `path`: where the form is. `changedMeanwhile`: what is said where it was shown for another version. */
type Sent = { path: string; changedMeanwhile?: string };

const CHANGED_MEANWHILE =
  'Nothing was changed: somebody else changed this webhook after the form was shown. What you entered is below, for you to enter it again.';

function showForm(c: PageContext, { webhook, values, version, refused }: Shown, status = 422) {
  const path = webhookPath(webhook.webhook_id);
  return showPage(
    c,
    <Layout
      title={`Edit ${webhookName(webhook)}`}
      visitor={c.var.visitor}
      crumbs={[...crumbsOf(webhook), { name: 'Edit', href: editPath(path) }]}
    >
      <h1>
        Edit <ForeignText>{webhookName(webhook)}</ForeignText>
      </h1>
      <Form
        visitor={c.var.visitor}
        to={editPath(path)}
        send="Save"
        groups={changedWebhookGroups({ provider: providerFor(webhook.provider) })}
        values={values}
        refused={refused}
        hidden={{ version }}
        back={path}
      />
      <p class="row">
        <a href={secretPath(path)}>Another secret</a>
        <a href={deletePath(path)}>Delete the webhook</a>
      </p>
    </Layout>,
    refused === null ? 200 : status,
  );
}

editWebhook.get('/webhooks/:id/delete', forWriters, async c => {
  const path = webhookPath(c.req.param('id'));
  const [read, status] = await Promise.all([
    askForVersion<Webhook>(c, 'GET', apiPath(path)),
    askApi<Status>(c, 'GET', `${apiPath(path)}/status`),
  ]);
  if (!read.ok) return failed(c, read.error);
  const { value: webhook, version } = read.value;
  const events = status.ok ? `${numberText(status.value.counters.accepted)} events` : 'events';
  const { destinations } = webhook;
  return showPage(
    c,
    <Layout
      title={`Delete ${webhookName(webhook)}`}
      visitor={c.var.visitor}
      crumbs={[...crumbsOf(webhook), { name: 'Delete', href: deletePath(path) }]}
    >
      <h1>
        Delete <ForeignText>{webhookName(webhook)}</ForeignText>?
      </h1>
      <div class="notice bad">
        <p>
          Its {events} are erased, what waits for its{' '}
          {destinations.length === 1 ? 'destination' : 'destinations'} is never delivered, and its address
          answers 404: the provider loses what it sends there. This cannot be taken back.
        </p>
        <Action visitor={c.var.visitor} to={deletePath(path)} name="Delete it for good">
          <input type="hidden" name="version" value={version} />
        </Action>
      </div>
      <p>
        <a href={path}>Keep it</a>
      </p>
    </Layout>,
  );
});

editWebhook.post('/webhooks/:id/delete', async c => {
  const path = webhookPath(c.req.param('id'));
  const deleted = await askApi(c, 'DELETE', apiPath(path), undefined, ifUnchanged(c.var.form));
  return deleted.ok ? backTo(c, '/', 'deleted') : failed(c, deleted.error);
});

/** What `POST …/test` answers; `answer` is what the provider would have been told. */
type Sampled = {
  topic: string;
  http_status: number;
  answer: { sequence?: number; detail?: string; status?: string };
};

editWebhook.post('/webhooks/:id/sample', async c => {
  const { id } = c.req.param();
  const sent = await askApi<Sampled>(c, 'POST', `${apiPath(webhookPath(id))}/test`);
  if (!sent.ok) return failed(c, sent.error);
  const { http_status: status, answer } = sent.value;
  if (status === 200 && answer.sequence !== undefined) {
    return backTo(c, webhookPath(id), 'sampled', answer.sequence);
  }
  return errorPage(c, c.var.visitor, {
    status: status === 200 ? 409 : status,
    title: 'The sample was not taken',
    detail: `The gateway answered it as it answers the provider: ${status}, ${answer.detail ?? answer.status ?? ''}`,
  });
});

editWebhook.post('/webhooks/:id/capture', async c => {
  const path = webhookPath(c.req.param('id'));
  const captured = await askApi(c, 'POST', `${apiPath(path)}/capture`);
  return captured.ok ? backTo(c, path, 'captured') : failed(c, captured.error);
});
