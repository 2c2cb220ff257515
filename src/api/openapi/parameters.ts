/** The parameters of operations, in addresses and headers. */
import type { JsonSchema } from '../../input/json-schema';
import { MAX_CELLS } from '../../log/contract/sequence-map';
import { findingParameters } from './finding';

const safe = Number.MAX_SAFE_INTEGER;

const path = (name: string, schema: JsonSchema) => ({ name, in: 'path', required: true, schema });
const query = (name: string, schema: JsonSchema, description: string) => ({
  ...{ name, in: 'query', required: false, schema, description },
});
const header = (name: string, schema: JsonSchema, description: string) => ({
  ...{ name, in: 'header', required: false, schema, description },
});

/** By the names that operations take them by. */
export const PARAMETERS: Record<string, { name: string; in: string }> = {
  webhook_id: path('webhook_id', { type: 'integer', minimum: 1, maximum: safe }),
  sequence: path('sequence', { type: 'integer', minimum: 1, maximum: safe }),
  destination_id: path('destination_id', { type: 'string' }),
  token_id: path('token_id', { type: 'string' }),
  after: query('after', { type: 'integer', minimum: 0, maximum: safe, default: 0 }, 'Where to go on.'),
  limit: query('limit', { type: 'integer', minimum: 1, maximum: 500, default: 100 }, 'Entries of a page.'),
  older_than: query(
    'after',
    { type: 'integer', minimum: 0, maximum: safe },
    'The id of an entry: the page has those before it. None: the newest.',
  ),
  receipts: query('limit', { type: 'integer', minimum: 1, maximum: 20, default: 20 }, 'Entries of a page.'),
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
  hold_ms: query('hold_ms', { type: 'integer', minimum: 0, maximum: 1000, default: 0 }, 'How long to wait.'),
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
    'The `cursor` of a page before; `now`: the end of the feed.',
  ),
  stream_after: query(
    'after',
    { type: 'string', default: 'now' },
    'A `cursor` of the stream or of the feed; `0`: all events; `now`: the end of the feed.',
  ),
  event_status: query(
    'status',
    { enum: ['accepted', 'confirming', 'held', 'quarantined', 'retrying', 'dead'] },
    'Only these.',
  ),
  ...findingParameters(),
  gap_status: query('status', { enum: ['open', 'filled', 'expired', 'resolved'] }, 'Only these.'),
  map_epoch: query(
    'epoch',
    { type: 'integer', minimum: 1, maximum: safe },
    'A numbering; the current one unless said.',
  ),
  map_from: query(
    'from',
    { type: 'integer', minimum: 1, maximum: safe },
    'The first increment id; 99 below `to` unless said.',
  ),
  map_to: query(
    'to',
    { type: 'integer', minimum: 1, maximum: safe },
    'The last increment id; the highest unless said.',
  ),
  map_cells: query(
    'cells',
    { type: 'integer', minimum: 1, maximum: MAX_CELLS, default: 100 },
    'Into how many cells the range is divided, at most.',
  ),
  include: query('include', { enum: ['body'] }, 'With headers and bodies.'),
  wait: query('wait', { type: 'integer', minimum: 0, maximum: 30 }, 'Seconds to wait for an event.'),
  dry_run: query('dry_run', { enum: ['0', '1'] }, '1: only say what would change.'),
  prune: query('prune', { enum: ['0', '1'] }, '1: delete what is not listed.'),
  'If-Match': header('If-Match', { type: 'string' }, 'The `ETag` of the version that was read.'),
  'Idempotency-Key': header(
    'Idempotency-Key',
    { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    'The same key with the same body gets the same answer for 24 hours.',
  ),
};
