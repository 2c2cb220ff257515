/** `/webhooks/{webhook_id}/destinations`: adding one; `…/destinations/{destination_id}`: changing it, `…/delete`: removing it. */
import { Hono } from 'hono';
import { apiPath, deletePath, destinationPath, destinationsPath, secretPath, webhookPath } from './addresses';
import type { Destination, Webhook } from './answers';
import { askApi, askForVersion, NOT_FOUND } from './ask-api';
import type { PageContext, PageEnv } from './context';
import { backTo } from './done';
import { refusedBy } from './edit-webhook';
import { failed } from './error-page';
import { ifUnchanged, keyIn, NO_KEY, newKey } from './forms/conditions';
import { destinationGroups, destinationInput } from './forms/destination-form';
import { Form, type Refused } from './forms/form';
import { firstValues, inputOf, typedValues, type Values, valuesOf } from './forms/form-values';
import { forWriters } from './guard';
import { Layout, showPage } from './layout';
import { DestinationMade, type MadeDestination } from './made';
import { destinationIn, destinationName, nameOfDestination } from './names';
import { Action } from './parts/action';
import { ForeignText } from './parts/foreign-text';
import { crumbsOf } from './webhook';

export const editDestination = new Hono<PageEnv>();

/** @param isNew as in `destinationGroups` */
const fieldsOf = (isNew: boolean) => destinationGroups(isNew).flatMap(group => group.fields);

/** `hidden`: what the form carries along, so that nothing is made twice and nobody's change is overwritten. */
type Shown = {
  webhook: Webhook;
  destination: Destination | null;
  values: Values;
  hidden: Values;
  refused: Refused | null;
};

const readWebhook = (c: PageContext) =>
  askForVersion<Webhook>(c, 'GET', apiPath(webhookPath(c.req.param('id') ?? '')));

editDestination.get('/webhooks/:id/destinations', forWriters, async c => {
  const read = await readWebhook(c);
  if (!read.ok) return failed(c, read.error);
  const hidden = { key: newKey() };
  return show(c, {
    webhook: read.value.value,
    destination: null,
    values: firstValues(fieldsOf(true)),
    hidden,
    refused: null,
  });
});

editDestination.post('/webhooks/:id/destinations', async c => {
  const read = await readWebhook(c);
  if (!read.ok) return failed(c, read.error);
  const webhook = read.value.value;
  const fields = fieldsOf(true);
  const values = typedValues(c.var.form, fields);
  const key = keyIn(c.var.form);
  const shown = { webhook, destination: null, values, hidden: { key: key ?? newKey() } };
  if (key === null) return show(c, { ...shown, refused: { said: NO_KEY, errors: [] } });
  const { input, errors } = inputOf(values, fields);
  if (errors.length > 0) return show(c, { ...shown, refused: { said: '', errors } });
  const path = apiPath(destinationsPath(webhook.webhook_id));
  const once = { 'Idempotency-Key': key };
  const made = await askApi<MadeDestination>(c, 'POST', path, destinationInput(input), once);
  if (!made.ok)
    return show(
      c,
      { ...shown, refused: refusedBy(made.error, { path: destinationsPath(webhook.webhook_id) }) },
      made.error.status,
    );
  const { visitor } = c.var;
  return showPage(
    c,
    <Layout title="Destination added" visitor={visitor} crumbs={crumbsOf(webhook)}>
      <DestinationMade webhook={webhook} destination={made.value} visitor={visitor} />
    </Layout>,
    201,
  );
});

const NO_DESTINATION = { ...NOT_FOUND, detail: 'There is no such destination.' };

const found = (c: PageContext, webhook: Webhook): Destination | undefined =>
  destinationIn(webhook, c.req.param('destination') ?? '');

editDestination.get('/webhooks/:id/destinations/:destination', forWriters, async c => {
  const read = await readWebhook(c);
  if (!read.ok) return failed(c, read.error);
  const { value: webhook, version } = read.value;
  const destination = found(c, webhook);
  if (destination === undefined) return failed(c, NO_DESTINATION);
  const values = valuesOf(destination, fieldsOf(false));
  return show(c, { webhook, destination, values, hidden: { version }, refused: null });
});

editDestination.post('/webhooks/:id/destinations/:destination', async c => {
  const read = await readWebhook(c);
  if (!read.ok) return failed(c, read.error);
  const webhook = read.value.value;
  const destination = found(c, webhook);
  if (destination === undefined) return failed(c, NO_DESTINATION);
  const fields = fieldsOf(false);
  const values = typedValues(c.var.form, fields);
  const version = c.var.form.get('version') ?? '';
  const shown = { webhook, destination, values, hidden: { version } };
  const { input, errors } = inputOf(values, fields, destination);
  if (errors.length > 0) return show(c, { ...shown, refused: { said: '', errors } });
  const path = apiPath(destinationPath(webhook.webhook_id, destination.destination_id));
  const changed = await askApi(c, 'PATCH', path, destinationInput(input), ifUnchanged(c.var.form));
  if (changed.ok) return backTo(c, webhookPath(webhook.webhook_id), 'changed');
  const form = { path: destinationPath(webhook.webhook_id, destination.destination_id) };
  return show(c, { ...shown, refused: refusedBy(changed.error, form) }, changed.error.status);
});

function show(c: PageContext, { webhook, destination, values, hidden, refused }: Shown, status = 422) {
  const { visitor } = c.var;
  const id = webhook.webhook_id;
  const path = destination === null ? destinationsPath(id) : destinationPath(id, destination.destination_id);
  const title =
    destination === null ? 'Add a destination' : `Edit ${destinationName(destination, webhook.destinations)}`;
  return showPage(
    c,
    <Layout title={title} visitor={visitor} crumbs={[...crumbsOf(webhook), { name: title, href: path }]}>
      <h1>
        <ForeignText max={200}>{title}</ForeignText>
      </h1>
      <Form
        visitor={visitor}
        to={path}
        send={destination === null ? 'Add it' : 'Save'}
        groups={destinationGroups(destination === null)}
        values={values}
        refused={refused}
        hidden={hidden}
        back={webhookPath(id)}
      />
      {destination === null ? null : (
        <p class="row">
          <a href={secretPath(path)}>Another secret</a>
          <a href={deletePath(path)}>Remove the destination</a>
        </p>
      )}
    </Layout>,
    refused === null ? 200 : status,
  );
}

editDestination.get('/webhooks/:id/destinations/:destination/delete', forWriters, async c => {
  const read = await readWebhook(c);
  if (!read.ok) return failed(c, read.error);
  const { value: webhook, version } = read.value;
  const destination = found(c, webhook);
  if (destination === undefined) return failed(c, NO_DESTINATION);
  const { visitor } = c.var;
  const path = destinationPath(webhook.webhook_id, destination.destination_id);
  const name = nameOfDestination(webhook, destination.destination_id);
  return showPage(
    c,
    <Layout
      title={`Remove ${name}`}
      visitor={visitor}
      crumbs={[...crumbsOf(webhook), { name: `Remove ${name}`, href: deletePath(path) }]}
    >
      <h1>
        Remove <ForeignText max={200}>{name}</ForeignText>?
      </h1>
      <div class="notice bad">
        <p>
          Nothing more is sent to it, and what waits for it is forgotten. Events stay in the log: another
          destination can be sent them.
        </p>
        <Action visitor={visitor} to={deletePath(path)} name="Remove it for good">
          <input type="hidden" name="version" value={version} />
        </Action>
      </div>
      <p>
        <a href={webhookPath(webhook.webhook_id)}>Keep it</a>
      </p>
    </Layout>,
  );
});

editDestination.post('/webhooks/:id/destinations/:destination/delete', async c => {
  const { id, destination } = c.req.param();
  const path = apiPath(destinationPath(id, destination));
  const removed = await askApi(c, 'DELETE', path, undefined, ifUnchanged(c.var.form));
  return removed.ok ? backTo(c, webhookPath(id), 'removed') : failed(c, removed.error);
});
