/** The parameters of operations, in addresses and headers: what each means, its form, its default. */
import type { JsonSchema } from '../../input/json-schema';
import { MAX_CELLS } from '../../log/contract/sequence-map';
import { findingParameters } from './finding';
import type { Operation } from './operations/operation';
import type { Parameter } from './parameter';

const safe = Number.MAX_SAFE_INTEGER;
const whole: JsonSchema = { type: 'integer', minimum: 1, maximum: safe };
/** Programs may go on giving a number. */
const idOrName: JsonSchema = { anyOf: [whole, { type: 'string', minLength: 1, maxLength: 200 }] };
const flag: JsonSchema = { enum: ['true', 'false', '1', '0'], default: 'false' };

const path = (name: string, schema: JsonSchema, description: string) => ({
  ...{ name, in: 'path', required: true, schema, description },
});
const query = (name: string, schema: JsonSchema, description: string) => ({
  ...{ name, in: 'query', required: false, schema, description },
});
const header = (name: string, schema: JsonSchema, description: string) => ({
  ...{ name, in: 'header', required: false, schema, description },
});

/** By the names under which operations take them. */
export const PARAMETERS: Record<string, Parameter> = {
  webhook_id: path('webhook_id', idOrName, 'The id of a webhook, or its name, percent-encoded.'),
  ingest_id: path('webhook_id', whole, 'The id of the webhook: of `ingest_url`.'),
  sequence: path('sequence', whole, 'The number of an event in the log of its webhook: 1, 2, 3 …'),
  replay_id: path('replay_id', whole, 'The id of a replay.'),
  destination_id: path(
    'destination_id',
    { type: 'string' },
    'The id of a destination, or its name, percent-encoded.',
  ),
  token_id: path('token_id', { type: 'string' }, 'The id of an API token.'),
  after: query(
    'after',
    { type: 'string', pattern: '^\\d{1,16}$', default: '0' },
    'Where to go on: `next` or `cursor` of the page before; `0`: the beginning. Of events it may also be a sequence.',
  ),
  limit: query(
    'limit',
    { type: 'integer', minimum: 1, maximum: 500, default: 100 },
    'Entries of a page, at most.',
  ),
  older_than: query(
    'after',
    { type: 'string', pattern: '^\\d{1,16}$' },
    'Where to go on: `next` of the page before, which has what is older. None: the newest.',
  ),
  receipts: query(
    'limit',
    { type: 'integer', minimum: 1, maximum: 20, default: 20 },
    'Entries of a page, at most.',
  ),
  audit_format: query(
    'format',
    { enum: ['json', 'ndjson'], default: 'json' },
    '`ndjson`: all of it, as lines.',
  ),
  topic: query('topic', { type: 'string', minLength: 1 }, 'A topic, or a prefix before `*`.'),
  overview_limit: query(
    'limit',
    { type: 'integer', minimum: 1, maximum: 900, default: 500 },
    'Webhooks of a page.',
  ),
  scrape_limit: query(
    'limit',
    { type: 'integer', minimum: 1, maximum: 900, default: 900 },
    'Webhooks of a scrape.',
  ),
  reseal_after: query('after', { type: 'string' }, 'Where to go on: `next` of the part before.'),
  reseal_limit: query(
    'limit',
    { type: 'integer', minimum: 0, maximum: 200, default: 100 },
    'Webhooks of a part; 0 only says which key is current.',
  ),
  self_test_key: query('key', { type: 'string' }, 'The key of a self-test that is running.'),
  hold_ms: query(
    'hold_ms',
    { type: 'integer', minimum: 0, maximum: 1000, default: 0 },
    'How long to wait, in milliseconds.',
  ),
  export_limit: query(
    'limit',
    { type: 'integer', minimum: 1, maximum: 100, default: 100 },
    'Webhooks of a part.',
  ),
  recovery_at: query('at', { type: 'string', format: 'date-time' }, 'A time of the last 30 days; none: now.'),
  recovery_bookmark: query('bookmark', { type: 'string' }, 'A bookmark that was taken then.'),
  feed_after: query(
    'after',
    { type: 'string', default: '0' },
    'The `cursor` of a page before; `now`: the end of the feed; a sequence: what comes after it.',
  ),
  stream_after: query(
    'after',
    { type: 'string', default: 'now' },
    'A `cursor` of the stream or of the feed; `0`: all events; `now`: the end of the feed; a sequence: what comes after it.',
  ),
  stream_replays: query(
    'replays',
    flag,
    'With events that are replayed, once each, whatever destinations the replay is for.',
  ),
  event_status: query(
    'status',
    { enum: ['accepted', 'confirming', 'held', 'quarantined'] },
    'Only events of which this became. What fails to be delivered: `delivery`.',
  ),
  ...findingParameters(),
  gap_status: query(
    'status',
    { enum: ['open', 'uncertain', 'filled', 'expired', 'resolved'] },
    'Only gaps that are so.',
  ),
  map_epoch: query('epoch', whole, 'A numbering; the current one unless said.'),
  map_from: query('from', whole, 'The first increment id; 99 below `to` unless said.'),
  map_to: query('to', whole, 'The last increment id; the highest unless said.'),
  map_cells: query(
    'cells',
    { type: 'integer', minimum: 1, maximum: MAX_CELLS, default: 100 },
    'Into how many cells the range is divided, at most.',
  ),
  include: query('include', { enum: ['body'] }, 'With headers and bodies.'),
  wait: query(
    'wait',
    { type: 'integer', minimum: 0, maximum: 30, default: 0 },
    'How long to wait for an event, in seconds; the answer comes after 25 at the latest.',
  ),
  dry_run: query('dry_run', flag, 'True: only say what would change.'),
  prune: query('prune', flag, 'True: delete what is not listed.'),
  'If-Match': header('If-Match', { type: 'string' }, 'The `ETag` of the version that was read.'),
  'Idempotency-Key': header(
    'Idempotency-Key',
    { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    'The same key with the same body gets the same answer for 24 hours.',
  ),
};

/** The names in `PARAMETERS` of all that an operation takes, those of its path first. */
export function parameterNames({ id, path, takes = [] }: Operation): string[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  // A provider has the address with the id in it, and no other.
  return [...(id === 'ingest' ? ['ingest_id'] : inPath), ...takes];
}
