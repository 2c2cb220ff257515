/** Recovery, keys and moving to another account: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { W } from './addresses';
import type { Operation } from './operation';
import { boolean, integer, kvCopy, list, object, ref, said, text, time, words } from './shapes';

export const KEEPING_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/v1/reseal', id: 'reseal', tag: 'operation' },
    summary: 'Seal stored secrets with the current SECRETS_KEY',
    description:
      'For `npm run rotate-key`. Repeat with `after` until `next` is null, and then once more, over a minute later, for webhooks ' +
      'that the list did not have yet. `failed` names the webhooks that could not be sealed anew; the others were.',
    ...{ takes: ['reseal_after', 'reseal_limit'], answers: [200, 'Resealed'], problems: [404, 409, 422] },
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
    query: 'dry_run=true',
    body: { schema: 'Import', example: { format: 1, webhooks: [] } },
    ...{ answers: [200, 'Imported'], problems: [400, 409, 413, 422] },
  },
];

const recoveryPoint = { bookmark: text, at: time };

const lost: JsonSchema = {
  ...orNull(object({ from: integer, to: integer })),
  description: 'sequences of events that came since: they are not in the log any more',
};

export const KEEPING_ANSWERS: Record<string, JsonSchema> = {
  Bookmark: object({
    ...recoveryPoint,
    last_sequence: said('number of the last event at that moment', integer),
    lost,
    settings_go_back: { ...boolean, description: 'settings or secrets were changed since' },
  }),
  Restored: object({
    state: said(
      '`unfinished`: the object did not come back in time; ask again',
      words('restored', 'unfinished'),
    ),
    undo: said('the moment before it was taken back, to go there again', object(recoveryPoint)),
    lost,
    last_sequence: {
      ...orNull(integer),
      description:
        'number of the last event that was ever given: events go on above it; null where it is unfinished',
    },
  }),
  Export: object({
    format: said('which form of export it is: 1', integer),
    key_id: { ...text, description: 'which TRANSFER_KEY it is sealed with' },
    webhooks: said(
      'one entry each',
      list(
        object({
          webhook_id: integer,
          name: orNull(text),
          provider: text,
          sealed: said('the whole webhook with its secrets, sealed', text),
        }),
      ),
    ),
    next: { ...orNull(text), description: '`after` of the next part; null at the end' },
    failed: list(object({ webhook_id: integer, reason: text })),
  }),
  Imported: object({
    webhooks: said(
      'one entry each',
      list(
        object(
          {
            webhook_id: integer,
            name: orNull(text),
            action: said('what is done', words('create', 'update', 'none')),
            ingest_url: text,
            changes: said('in the order in which they are made', list(ref('Change'))),
          },
          { kv_copy: kvCopy },
        ),
      ),
    ),
  }),
  Resealed: object({
    count: { ...integer, description: 'webhooks whose secrets were sealed anew' },
    checked: { ...integer, description: 'webhooks that were looked at' },
    next: { ...orNull(text), description: '`after` of the next part; null at the end' },
    key_id: said('which SECRETS_KEY they are sealed with now', text),
    failed: list(object({ webhook_id: integer, reason: text })),
  }),
};
