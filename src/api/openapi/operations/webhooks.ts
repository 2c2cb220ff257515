/** Webhooks: operations and answers. */
import { type JsonSchema, jsonSchemaOf, orNull } from '../../../input/json-schema';
import { JURISDICTIONS, LOCATION_HINTS } from '../../../subscriptions/placement';
import { creationSchema } from '../../../subscriptions/webhook-fields';
import { W } from './addresses';
import { asInRequest } from './meanings';
import type { Operation } from './operation';
import {
  boolean,
  integer,
  kvCopy,
  list,
  mapOf,
  next,
  object,
  ref,
  said,
  text,
  time,
  warnings,
  words,
} from './shapes';

export const WEBHOOKS_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/v1/webhooks', id: 'createWebhook', tag: 'webhooks' },
    summary: 'Create a webhook',
    description:
      'Answers with the address to give to the provider, and the secrets of its destinations, which are shown this once. ' +
      'With an `Idempotency-Key` the same request within 24 hours gets the same answer, secrets included.',
    takes: ['Idempotency-Key'],
    body: {
      schema: 'NewWebhook',
      example: {
        ...{ name: 'ShipStream EU', provider: 'shipstream', secret_key: '2RUJ8NXLnLRrAj3' },
        topics: 'order:*,product:*',
        destinations: [{ name: 'app', url: 'https://app.example.com/hooks', ordering: 'key' }],
      },
    },
    ...{ answers: [201, 'CreatedWebhook'], problems: [400, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: '/v1/webhooks', id: 'listWebhooks', tag: 'webhooks' },
    summary: 'List webhooks',
    description: 'Changes made elsewhere may be missing for a minute.',
    ...{ takes: ['after', 'limit'], answers: [200, 'Webhooks'], problems: [422] },
  },
  {
    ...{ method: 'get', path: W, id: 'getWebhook', tag: 'webhooks', summary: 'Read a webhook' },
    description: 'The `ETag` is for `If-Match`.',
    ...{ answers: [200, 'Webhook'], problems: [404] },
  },
  {
    ...{ method: 'patch', path: W, id: 'updateWebhook', tag: 'webhooks', summary: 'Change a webhook' },
    description: 'A merge patch (RFC 7396): null puts a field back to its default.',
    takes: ['If-Match'],
    body: { schema: 'WebhookPatch', example: { is_active: false } },
    ...{ answers: [200, 'ChangedWebhook'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'delete', path: W, id: 'deleteWebhook', tag: 'webhooks' },
    summary: 'Delete a webhook and everything it stored',
    ...{ takes: ['If-Match'], answers: [204, null], problems: [404, 412] },
  },
  {
    ...{ method: 'post', path: `${W}/rotate_secret`, id: 'rotateInboundSecret', tag: 'webhooks' },
    summary: 'Give a webhook another secret',
    description: 'The one before stays usable for `overlap_seconds`, a day unless said.',
    takes: ['If-Match'],
    body: { schema: 'InboundRotation', optional: true, example: { overlap_seconds: 3600 } },
    ...{ answers: [200, 'RotatedSecret'], problems: [400, 404, 409, 412, 413, 422] },
  },
];

const shown = {
  webhook_id: integer,
  provider: text,
  name: orNull(text),
  topics: list(text),
  topics_given: { anyOf: [text, list(text)], description: 'the topics as they were written' },
  is_active: boolean,
  on_invalid: words('quarantine', 'reject'),
  replay_protection: words('standard', 'strict'),
  retention_days: integer,
  when_full: words('drop_oldest_delivered', 'refuse'),
  sequence: object({
    enabled: boolean,
    hold_seconds: integer,
    grace_seconds: integer,
    expires_seconds: integer,
    restarts_with_secret: boolean,
  }),
  silence_seconds: orNull(integer),
  confirm: orNull(object({ url: said('address of the API that is asked', text) }, { tokens: mapOf(text) })),
  settings: mapOf(text),
  jurisdiction: orNull(words(...JURISDICTIONS)),
  location_hint: orNull(words(...LOCATION_HINTS)),
  ingest_url: text,
  created_at: time,
  updated_at: time,
};

const webhook = asInRequest(shown, jsonSchemaOf(creationSchema));
const signature = asInRequest({ signature: {} }, jsonSchemaOf(creationSchema));

const destinations = said('where its events go', list(ref('Destination')));

export const WEBHOOKS_ANSWERS: Record<string, JsonSchema> = {
  Webhook: object({ ...webhook, destinations }, signature),
  ChangedWebhook: object({ ...webhook, destinations, warnings }, signature),
  CreatedWebhook: object(
    { ...webhook, destinations: said('with their secrets', list(ref('CreatedDestination'))), warnings },
    { ...signature, kv_copy: kvCopy },
  ),
  Webhooks: object({ webhooks: said('ascending by id', list(ref('Webhook'))), next }),
};
