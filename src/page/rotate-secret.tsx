/** `…/secret` of a webhook and of a destination: another secret in the place of the one there is, which stays usable for a while. */
import { Hono } from 'hono';
import { jsonSchemaOf } from '../input/json-schema';
import { providerFor } from '../providers/registry';
import { destinationRotation, inboundRotation } from '../subscriptions/rotation';
import { apiPath, destinationPath, secretPath, webhookPath } from './addresses';
import type { Webhook } from './answers';
import { askApi, askForVersion } from './ask-api';
import type { PageContext, PageEnv } from './context';
import { refusedBy } from './edit-webhook';
import { failed } from './error-page';
import { ifUnchanged } from './forms/conditions';
import { Form, type Refused } from './forms/form';
import { type FormField, fieldOf } from './forms/form-field';
import { inputOf, typedValues, type Values } from './forms/form-values';
import { canBeMade } from './forms/webhook-form';
import { forWriters } from './guard';
import { Layout, showPage } from './layout';
import { listedProvider } from './listed-provider';
import { nameOfDestination, webhookName } from './names';
import { ForeignText } from './parts/foreign-text';
import { ToCopy } from './parts/to-copy';
import { ProviderGuide } from './provider-guide';
import { crumbsOf } from './webhook';

export const rotateSecret = new Hono<PageEnv>();

const OVERLAPS = [
  ['0', 'not at all: it has leaked'],
  ['3600', 'for an hour'],
  ['86400', 'for a day'],
  ['604800', 'for a week'],
] as const;

/** Whose secret it is. `path`: of the webhook, or of its destination. */
type Of = { webhook: Webhook; destinationId: string | null; path: string };

function fieldsOf({ webhook, destinationId }: Of): FormField[] {
  const schema = jsonSchemaOf(destinationId === null ? inboundRotation : destinationRotation);
  const provider = providerFor(webhook.provider);
  const canMake = destinationId !== null || (provider !== undefined && canBeMade(provider));
  const hint = canMake ? 'Empty: one is made here, and shown once.' : 'As the provider shows it.';
  return [
    fieldOf(schema, { name: 'secret_key', label: 'New secret', kind: 'secret', hint, isRequired: !canMake }),
    {
      ...fieldOf(schema, { name: 'overlap_seconds', label: 'The one before stays usable', kind: 'number' }),
      ...OVERLAP,
    },
  ];
}

const HINT = 'So that nothing is lost until the new one is entered at the other end.';
const OVERLAP = { kind: 'choice', choices: OVERLAPS, hint: HINT } as const;

const ofWebhook = (webhook: Webhook): Of => ({
  ...{ webhook, destinationId: null, path: webhookPath(webhook.webhook_id) },
});
const ofDestination = (webhook: Webhook, id: string): Of => ({
  ...{ webhook, destinationId: id, path: destinationPath(webhook.webhook_id, id) },
});

const AT = '/webhooks/:id/secret';
const AT_DESTINATION = '/webhooks/:id/destinations/:destination/secret';

rotateSecret.get(AT, forWriters, c => ask(c, ofWebhook));
rotateSecret.get(AT_DESTINATION, forWriters, c =>
  ask(c, webhook => ofDestination(webhook, c.req.param('destination'))),
);
rotateSecret.post(AT, c => rotate(c, ofWebhook));
rotateSecret.post(AT_DESTINATION, c =>
  rotate(c, webhook => ofDestination(webhook, c.req.param('destination'))),
);

const pathOfWebhook = (c: PageContext): string => webhookPath(c.req.param('id') ?? '');

async function ask(c: PageContext, of: (webhook: Webhook) => Of): Promise<Response> {
  const read = await askForVersion<Webhook>(c, 'GET', apiPath(pathOfWebhook(c)));
  if (!read.ok) return failed(c, read.error);
  const { value, version } = read.value;
  return showForm(c, of(value), { values: { overlap_seconds: '86400' }, version, refused: null });
}

async function rotate(c: PageContext, of: (webhook: Webhook) => Of): Promise<Response> {
  const read = await askApi<Webhook>(c, 'GET', apiPath(pathOfWebhook(c)));
  if (!read.ok) return failed(c, read.error);
  const whose = of(read.value);
  const fields = fieldsOf(whose);
  const values = typedValues(c.var.form, fields);
  const version = c.var.form.get('version') ?? '';
  const { input } = inputOf(values, fields);
  const request = { ...input, overlap_seconds: Number(values.overlap_seconds) };
  const path = `${apiPath(whose.path)}/rotate_secret`;
  const rotated = await askApi<{ secret_key: string }>(c, 'POST', path, request, ifUnchanged(c.var.form));
  if (!rotated.ok) {
    const form = { path: secretPath(whose.path), changedMeanwhile: CHANGED_MEANWHILE };
    const refused = refusedBy(rotated.error, form);
    return showForm(c, whose, { values, version, refused }, rotated.error.status);
  }
  const isMade = input.secret_key === undefined;
  return showPage(
    c,
    <Layout title="Secret changed" visitor={c.var.visitor} crumbs={crumbsTo(whose)}>
      <h1>
        The secret of <WhoseName {...whose} /> is changed
      </h1>
      <div class="panel stack">
        {isMade ? (
          <>
            <p>This is the new one. It is shown until you leave this page, and never again.</p>
            <ToCopy name="secret" label="New secret" value={rotated.value.secret_key} />
          </>
        ) : null}
        <p>{whatNow(whose, request.overlap_seconds)}</p>
      </div>
      <p>
        <a href={webhookPath(whose.webhook.webhook_id)}>To the webhook</a>
      </p>
    </Layout>,
  );
}

const CHANGED_MEANWHILE =
  'The webhook was changed after this form was shown. If you sent the form twice, the first has changed the secret, and what was made then is shown nowhere any more: load the form anew and make another. If you did not, somebody else made a change, and your secret was not taken.';

function whatNow({ destinationId }: Of, overlapSeconds: number): string {
  const where = destinationId === null ? 'at the provider' : 'at the receiver';
  if (overlapSeconds === 0) return `Enter it ${where} now: the one before is not usable any more.`;
  const meanwhile =
    destinationId === null ? 'requests signed with either are taken' : 'deliveries are signed with both';
  return `Enter it ${where} before the one before ends. Until then ${meanwhile}.`;
}

function WhoseName({ webhook, destinationId }: Of) {
  const name = destinationId === null ? webhookName(webhook) : nameOfDestination(webhook, destinationId);
  return <ForeignText max={200}>{name}</ForeignText>;
}

const crumbsTo = ({ webhook, path }: Of) => [
  ...crumbsOf(webhook),
  { name: 'Another secret', href: secretPath(path) },
];

type Shown = { values: Values; version: string; refused: Refused | null };

async function showForm(c: PageContext, whose: Of, { values, version, refused }: Shown, status = 422) {
  const { webhook, destinationId, path } = whose;
  const listed = destinationId === null ? await listedProvider(c, webhook.provider) : undefined;
  return showPage(
    c,
    <Layout title="Another secret" visitor={c.var.visitor} crumbs={crumbsTo(whose)}>
      <h1>
        Another secret for <WhoseName {...whose} />
      </h1>
      <div class="columns">
        <Form
          visitor={c.var.visitor}
          to={secretPath(path)}
          send="Change the secret"
          groups={[{ name: '', isOpen: true, fields: fieldsOf(whose) }]}
          values={values}
          refused={refused}
          hidden={{ version }}
          back={webhookPath(webhook.webhook_id)}
        />
        {destinationId === null ? (
          <ProviderGuide provider={providerFor(webhook.provider)} listed={listed} />
        ) : null}
      </div>
    </Layout>,
    refused === null ? 200 : status,
  );
}
