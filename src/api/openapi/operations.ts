import { FINDS, FINDS_IN_FEED } from './finding';

/** Every operation of the gateway, in the order a reader meets them. A test holds this list against the routes. */
import { LISTEN } from './stream';

export type Operation = {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  path: string;
  /** `operationId` */
  id: string;
  tag: Tag;
  summary: string;
  description?: string;
  /** Names of `PARAMETERS`, those of the path left out. */
  takes?: readonly string[];
  /** Name of a schema; `optional`: the body may be empty. */
  body?: { schema: string; optional?: true; example?: unknown };
  /** Status and schema of the answer; null for none. */
  answers: readonly [status: number, schema: string | null];
  /** Other content than JSON. */
  type?: string;
  /** Statuses of problems besides those that every operation with a token can have. */
  problems?: readonly number[];
  /** False where no token is needed. */
  secured?: false;
};

export const TAGS = {
  webhooks: 'Inbound subscriptions, one per webhook at a provider.',
  destinations: 'Where the events of a webhook go.',
  events: 'What arrived: a list, a feed to pull, single events.',
  sequence: 'What is missing, and what to do about it.',
  replay: 'Sending again.',
  diagnosis: 'Why requests are refused; samples.',
  access: 'Tokens.',
  operation: 'Configuration as code, metrics, health, this description.',
  providers: 'What providers call.',
} as const;

type Tag = keyof typeof TAGS;

const W = '/v1/webhooks/{webhook_id}';
const D = `${W}/destinations/{destination_id}`;
const E = `${W}/events/{sequence}`;
const CREATES = ['Idempotency-Key'] as const;
const CHANGES = ['If-Match'] as const;

export const OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/v1/webhooks', id: 'createWebhook', tag: 'webhooks' },
    summary: 'Create a webhook',
    description:
      'Answers with the address to give to the provider, and the secrets of its destinations, which are shown this once. ' +
      'With an `Idempotency-Key` the same request within 24 hours gets the same answer, secrets included.',
    takes: CREATES,
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
    takes: CHANGES,
    body: { schema: 'WebhookPatch', example: { is_active: 0 } },
    ...{ answers: [200, 'Webhook'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'delete', path: W, id: 'deleteWebhook', tag: 'webhooks' },
    summary: 'Delete a webhook and everything it stored',
    ...{ takes: CHANGES, answers: [204, null], problems: [404, 412] },
  },
  {
    ...{ method: 'post', path: `${W}/rotate_secret`, id: 'rotateInboundSecret', tag: 'webhooks' },
    summary: 'Give a webhook another secret',
    description: 'The one before stays usable for `overlap_seconds`, a day unless said.',
    takes: CHANGES,
    body: { schema: 'InboundRotation', optional: true, example: { overlap_seconds: 3600 } },
    ...{ answers: [200, 'RotatedSecret'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'post', path: `${W}/destinations`, id: 'createDestination', tag: 'destinations' },
    summary: 'Add a destination',
    takes: [...CREATES, ...CHANGES],
    body: { schema: 'NewDestination', example: { url: 'https://app.example.com/hooks', topics: 'order:*' } },
    ...{ answers: [201, 'CreatedDestination'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'patch', path: D, id: 'updateDestination', tag: 'destinations' },
    ...{ summary: 'Change a destination', takes: CHANGES },
    body: { schema: 'DestinationPatch', example: { max_in_flight: 6 } },
    ...{ answers: [200, 'Destination'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'delete', path: D, id: 'deleteDestination', tag: 'destinations' },
    summary: 'Remove a destination',
    ...{ takes: CHANGES, answers: [204, null], problems: [404, 409, 412] },
  },
  {
    ...{ method: 'post', path: `${D}/rotate_secret`, id: 'rotateDestinationSecret', tag: 'destinations' },
    summary: 'Give a destination another secret',
    description: 'Deliveries carry both signatures for `overlap_seconds`, a day unless said.',
    takes: CHANGES,
    body: { schema: 'DestinationRotation', optional: true, example: {} },
    ...{ answers: [200, 'RotatedSecret'], problems: [400, 404, 409, 412, 413, 422] },
  },
  {
    ...{ method: 'post', path: `${D}/retry`, id: 'retryDestination', tag: 'destinations' },
    summary: 'Send what waits for a destination now',
    description:
      'Its retries are due, in its order, without using up their schedule; where its circuit is open it is probed at once, and the ' +
      'rest follows at the pace of recovery. A paused destination gets 409: making it active sends what waits.',
    body: { schema: 'Retry', optional: true, example: {} },
    ...{ answers: [200, 'Retried'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: `${W}/events`, id: 'listEvents', tag: 'events' },
    summary: 'List events',
    description:
      'By sequence and complete: going on from `cursor` neither skips nor repeats an event. Filters hold together; one that has ' +
      'to search the log does so a bounded part a page, and `scanned_to` says how far it came. `wait` keeps the ' +
      'request open until there is one, 25 seconds at most. A page may be short or empty; follow `next` until it is null. ' +
      'An `after` beyond the last sequence gets 400: the webhook was made again, or it is of another.',
    takes: ['after', 'limit', 'topic', 'event_status', 'include', 'wait', ...FINDS],
    ...{ answers: [200, 'Events'], problems: [400, 404, 422] },
  },
  {
    ...{ method: 'get', path: `${W}/feed`, id: 'pullEvents', tag: 'events', summary: 'Pull events' },
    description:
      'What a destination for all topics would get, in the same order and complete: an event that was unconfirmed, held or in ' +
      'quarantine comes when it is let go. Go on from `cursor`. `wait` keeps the request open until there is an event. A ' +
      'cursor of another webhook, or of one that was deleted and made again under the same id, gets 400.',
    takes: ['feed_after', 'limit', 'topic', 'include', 'wait', ...FINDS_IN_FEED],
    ...{ answers: [200, 'Feed'], problems: [400, 404, 422] },
  },
  LISTEN,
  {
    ...{ method: 'get', path: E, id: 'getEvent', tag: 'events' },
    summary: 'Read an event, with its deliveries and attempts',
    ...{ answers: [200, 'EventDetail'], problems: [404] },
  },
  {
    ...{ method: 'post', path: `${E}/release`, id: 'releaseEvent', tag: 'events' },
    summary: 'Let an event out of quarantine',
    ...{ answers: [200, 'Ingested'], problems: [404, 409, 422] },
  },
  {
    ...{ method: 'delete', path: `${E}/body`, id: 'redactEvent', tag: 'events' },
    summary: 'Erase the body of an event',
    ...{ answers: [204, null], problems: [404] },
  },
  {
    ...{ method: 'post', path: `${W}/redact`, id: 'redactEntity', tag: 'events' },
    summary: 'Erase the bodies of all events about one entity',
    description: 'Examines at most 10,000 events a call: repeat with `after` until `next` is null.',
    body: { schema: 'Redaction', example: { entity_key: 'order:100000015' } },
    ...{ answers: [200, 'Redacted'], problems: [400, 404, 413, 422] },
  },
  {
    ...{ method: 'post', path: `${W}/events`, id: 'addEvent', tag: 'sequence' },
    summary: 'Add an event that was fetched from the provider',
    description:
      'Fills its gap; shown as not signed (`body_signed: false`). Its increment id is at most 1,000 above the highest, and ' +
      'not taken by other bytes (409). The body is text, or bytes in base64.',
    body: { schema: 'AddedEvent', example: { body: '{"topic":"order:created","message":{…}}' } },
    ...{ answers: [200, 'Ingested'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: `${W}/gaps`, id: 'listGaps', tag: 'sequence', summary: 'What is missing' },
    ...{ takes: ['gap_status'], answers: [200, 'Gaps'], problems: [404, 422] },
  },
  {
    ...{ method: 'post', path: `${W}/gaps/resolve`, id: 'resolveGaps', tag: 'sequence' },
    summary: 'Close a gap by hand',
    description: 'Its ids leave the open list. One that arrives after all is accepted.',
    body: { schema: 'Resolution', example: { from: 4, to: 6, note: 'orders of the test store' } },
    ...{ answers: [200, 'ResolvedGaps'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'post', path: `${W}/numbering`, id: 'settleNumbering', tag: 'sequence' },
    summary: 'Say whether a new numbering began',
    description:
      'Settles what is uncertain. `new`: the webhook was made anew at the provider, with the event of this sequence where one is given. `continue`: it was not. `undo` takes back the last answer.',
    body: { schema: 'Settlement', example: { reading: 'new', sequence: 17 } },
    ...{ answers: [200, 'Gaps'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: `${W}/status`, id: 'getStatus', tag: 'sequence' },
    summary: 'Counters, gaps, and how far each destination is',
    ...{ answers: [200, 'Status'], problems: [404] },
  },
  {
    ...{
      method: 'post',
      path: `${E}/replay`,
      id: 'replayEvent',
      tag: 'replay',
      summary: 'Send an event again',
    },
    body: { schema: 'EventReplay', optional: true, example: {} },
    ...{ answers: [200, 'Count'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'post', path: `${W}/replay`, id: 'replayEvents', tag: 'replay', summary: 'Send many again' },
    description:
      'Which events is said by a range or by the filters of the list, or by `"all": true`; a request that says nothing sends nothing ' +
      '(422). `dry_run` counts what would be sent.',
    body: { schema: 'Replay', example: { delivery: 'dead', since: '2026-11-20T12:00:00Z', dry_run: true } },
    ...{ answers: [200, 'Count'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: `${W}/rejections`, id: 'listRejections', tag: 'diagnosis' },
    summary: 'The last refused requests',
    description: 'Reported by the edge within about 10 seconds; without values, unless captured.',
    ...{ answers: [200, 'Rejections'], problems: [404] },
  },
  {
    ...{ method: 'post', path: `${W}/capture`, id: 'captureRejections', tag: 'diagnosis' },
    summary: 'Keep refused requests whole for 10 minutes',
    ...{ takes: CHANGES, answers: [200, 'Capture'], problems: [404, 409, 412] },
  },
  {
    ...{ method: 'post', path: `${W}/test`, id: 'sendTest', tag: 'diagnosis' },
    summary: 'Send a correctly signed sample through the real path',
    body: { schema: 'Test', optional: true, example: { topic: 'order:created' } },
    ...{ answers: [200, 'Tested'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/tokens', id: 'createToken', tag: 'access', summary: 'Make an API token' },
    description:
      'Only the admin token can. The token is shown this once, so an `Idempotency-Key` is refused (422): a token whose ' +
      'answer was lost is revoked, and another made.',
    body: { schema: 'NewToken', example: { name: 'grafana', scope: 'read' } },
    ...{ answers: [201, 'CreatedToken'], problems: [400, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: '/v1/tokens', id: 'listTokens', tag: 'access', summary: 'List API tokens' },
    ...{ answers: [200, 'Tokens'] },
  },
  {
    ...{ method: 'delete', path: '/v1/tokens/{token_id}', id: 'revokeToken', tag: 'access' },
    ...{ summary: 'Revoke an API token', description: 'It may work for 10 more seconds elsewhere.' },
    ...{ answers: [204, null], problems: [404] },
  },
  {
    ...{ method: 'get', path: '/v1/providers', id: 'listProviders', tag: 'operation' },
    ...{ summary: 'Providers the gateway knows', answers: [200, 'Providers'] },
  },
  {
    ...{ method: 'get', path: '/v1/config', id: 'exportConfig', tag: 'operation' },
    ...{ summary: 'The configuration, without secrets', answers: [200, 'Config'] },
  },
  {
    ...{ method: 'put', path: '/v1/config', id: 'applyConfig', tag: 'operation' },
    summary: 'Apply a configuration',
    description:
      'Webhooks and destinations are known by their names. A field that is left out has its default, a secret that is ' +
      'left out stays. What is not listed stays too, unless `prune=1`. Applying twice changes nothing.',
    takes: ['dry_run', 'prune'],
    body: { schema: 'Config', example: { webhooks: [{ name: 'ShipStream EU', provider: 'shipstream' }] } },
    ...{ answers: [200, 'Changes'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/reseal', id: 'reseal', tag: 'operation' },
    summary: 'Seal stored secrets with the current SECRETS_KEY',
    description:
      'For `npm run rotate-key`. Repeat with `after` until `next` is null, and then once more, over a minute later, for webhooks ' +
      'that the list did not have yet. `failed` names the webhooks that could not be sealed anew; the others were.',
    ...{ takes: ['reseal_after', 'reseal_limit'], answers: [200, 'Resealed'], problems: [404, 409, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test', id: 'startSelfTest', tag: 'operation' },
    summary: 'Begin a self-test of the deployment',
    description:
      'For `npm run verify-deployment`. Only the admin token can. The key is for the measures below and the two addresses ' +
      'under `/self_test`, for three minutes.',
    ...{ answers: [200, 'SelfTest'] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test/connections', id: 'countConnections', tag: 'operation' },
    summary: 'How many requests wait for headers at once',
    description:
      'Sends 24 requests over one courier, or 12 over each of several, to `/self_test/echo` at `url`, the public address ' +
      'of this gateway.',
    body: {
      schema: 'SelfTestConnections',
      example: { key: '<key>', url: 'https://hooks.example.com', couriers: 4 },
    },
    ...{ answers: [200, 'Connections'], problems: [400, 413, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test/waking', id: 'measureWaking', tag: 'operation' },
    summary: 'How long couriers take to wake up',
    description:
      'Each is asked twice. The first time it is new, or, in a second such request, as idle as it has become.',
    body: { schema: 'SelfTestWaking', example: { key: '<key>', couriers: 5 } },
    ...{ answers: [200, 'Waking'], problems: [400, 413, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test/invocations', id: 'countInvocations', tag: 'operation' },
    summary: 'How many Workers one request may invoke',
    body: { schema: 'SelfTestRun', example: { key: '<key>' } },
    ...{ answers: [200, 'Invocations'], problems: [400, 413, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/self_test/kv', id: 'measureKv', tag: 'operation' },
    summary: 'How long KV takes to show what was written',
    description: 'Takes up to 25 seconds.',
    body: { schema: 'SelfTestRun', example: { key: '<key>' } },
    ...{ answers: [200, 'KvDelay'], problems: [400, 413, 422] },
  },
  {
    ...{
      method: 'post',
      path: '/self_test/echo',
      id: 'echo',
      tag: 'operation',
      summary: 'Wait, then answer',
    },
    description: 'Met by the requests of a self-test; with its key only.',
    takes: ['self_test_key', 'hold_ms'],
    ...{ answers: [200, 'Echoed'], problems: [403, 422, 503], secured: false },
  },
  {
    ...{ method: 'post', path: '/self_test/receiver', id: 'receive', tag: 'operation' },
    summary: 'Judge the signature of a delivery',
    description: 'The destination of a self-test’s webhook; with its key only.',
    takes: ['self_test_key'],
    body: { schema: 'AnyBody', optional: true },
    ...{ answers: [200, 'Received'], problems: [400, 403, 413, 503], secured: false },
  },
  {
    ...{ method: 'get', path: `${W}/bookmark`, id: 'getBookmark', tag: 'operation' },
    summary: 'A moment to go back to, and what going back would lose',
    description:
      'For `npm run recover`, by the admin token. Of now, or of a time of the last 30 days. Only Cloudflare’s network has this (501 elsewhere).',
    takes: ['recovery_at', 'recovery_bookmark'],
    ...{ answers: [200, 'Bookmark'], problems: [404, 409, 422, 501] },
  },
  {
    ...{ method: 'post', path: `${W}/restore`, id: 'restoreWebhook', tag: 'operation' },
    summary: 'Take a webhook back to an earlier moment',
    description:
      'By the admin token. Log, gaps, cursors, settings and secrets become what they were; events that came since are no longer in the log. ' +
      '`undo` leads back. Look at `…/bookmark` first.',
    body: { schema: 'Restore', example: { at: '2026-11-20T12:00:00Z' } },
    ...{ answers: [200, 'Restored'], problems: [400, 404, 409, 413, 422, 501] },
  },
  {
    ...{ method: 'get', path: '/v1/export', id: 'exportWebhooks', tag: 'operation' },
    summary: 'Webhooks with their secrets, sealed for another gateway',
    description:
      'For `npm run export`, by the admin token. Sealed with TRANSFER_KEY (409 where there is none). Repeat with `after` until `next` is ' +
      'null. `failed` names the webhooks that could not be exported.',
    ...{ takes: ['reseal_after', 'export_limit'], answers: [200, 'Export'], problems: [409, 422] },
  },
  {
    ...{ method: 'post', path: '/v1/import', id: 'importWebhooks', tag: 'operation' },
    summary: 'Make the webhooks of an export here',
    description:
      'For `npm run import`, by the admin token. Webhooks keep their ids. Everything is validated before anything is changed; ' +
      'importing twice changes nothing. The entries are those of exports, 100 a request.',
    takes: ['dry_run'],
    body: { schema: 'Import', example: { format: 1, webhooks: [] } },
    ...{ answers: [200, 'Imported'], problems: [400, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: '/metrics', id: 'getMetrics', tag: 'operation', type: 'text/plain' },
    summary: 'Counters and gauges for Prometheus',
    description:
      'Beyond 900 webhooks scrape in parts: `gapless_scrape_next` is the `after` of the next one. A webhook that does not answer within ' +
      '7 seconds is named by `gapless_webhook_left_out`.',
    ...{ takes: ['after', 'scrape_limit'], answers: [200, 'Text'], problems: [422] },
  },
  {
    ...{ method: 'get', path: '/healthz', id: 'getHealth', tag: 'operation', summary: 'Whether it is ready' },
    ...{ answers: [200, 'Health'], secured: false },
  },
  {
    ...{ method: 'get', path: '/openapi.json', id: 'getDescription', tag: 'operation' },
    ...{ summary: 'This description', answers: [200, 'Description'], secured: false },
  },
  {
    ...{ method: 'get', path: '/docs', id: 'getReference', tag: 'operation', type: 'text/html' },
    ...{ summary: 'This description, to read', answers: [200, 'Text'], secured: false },
  },
  {
    ...{ method: 'post', path: '/in/{webhook_id}', id: 'ingest', tag: 'providers' },
    summary: 'Where a provider sends events',
    description:
      'The body is what the provider sends, signed as it signs. Answered after the event was stored.',
    takes: [],
    body: { schema: 'AnyBody' },
    ...{ answers: [200, 'Ingested'], problems: [400, 401, 404, 405, 413, 422, 503], secured: false },
  },
  {
    ...{ method: 'post', path: '/api/jsonrpc', id: 'jsonRpc', tag: 'providers' },
    summary: 'ShipStream’s JSON-RPC API for webhooks',
    description:
      'Methods `login` and `call`; the admin token is the session, the password, or the bearer token.',
    body: {
      schema: 'RpcRequest',
      example: { jsonrpc: '2.0', id: 1, method: 'call', params: ['<token>', 'webhook.list', []] },
    },
    ...{ answers: [200, 'RpcAnswer'], problems: [413, 415], secured: false },
  },
];
