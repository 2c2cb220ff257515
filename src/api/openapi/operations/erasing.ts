/** Erasing what events say, and the receipts of that: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { E, W } from './addresses';
import { act } from './audit';
import type { Operation } from './operation';
import { integer, list, mapOf, next, object, said, text, time } from './shapes';

export const ERASING_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'delete', path: `${E}/body`, id: 'redactEvent', tag: 'events' },
    summary: 'Erase what an event says',
    description:
      'Body, headers, query string, entity keys, the words of its issues, and what receivers said about it.',
    ...{ answers: [204, null], problems: [404] },
  },
  {
    ...{ method: 'post', path: `${W}/redact`, id: 'redactEvents', tag: 'events' },
    summary: 'Erase a customer: what all events about an entity, or with these values in their bodies, say',
    description:
      'Several pointers hold together. Text is compared by its characters, numbers by their value. Examines at most 10,000 events ' +
      'and 8 MiB of bodies a call: repeat with `after` and `redaction_id` until `next` is null. Refused requests that were kept ' +
      'whole are erased, too, whatever they are. A receipt stays.',
    body: {
      schema: 'RedactionRequest',
      example: { body: { '/customer/email': 'jane@example.com' }, dry_run: true },
    },
    ...{ answers: [200, 'Redacted'], problems: [400, 404, 413, 422] },
  },
  {
    ...{ method: 'get', path: `${W}/redactions`, id: 'listRedactions', tag: 'events' },
    summary: 'List the receipts of what was erased, newest first',
    ...{ takes: ['older_than', 'receipts'], answers: [200, 'Redactions'], problems: [404, 422] },
  },
];

const ranges = list(object({ from: integer, to: integer }));

const sought: JsonSchema = {
  ...object(
    {},
    {
      sequence: integer,
      entity_key: said('digest of the entity key', text),
      body: said('digests of the values, by their JSON pointers', mapOf(text)),
    },
  ),
  description: 'one event; or digests, under SECRETS_KEY, of what was looked for: never the values',
};

export const ERASING_ANSWERS: Record<string, JsonSchema> = {
  Redacted: object({
    redaction_id: { ...orNull(integer), description: 'id of the receipt; null for a dry run' },
    sought,
    count: {
      ...integer,
      description: 'events that were found and erased, or would be, by this call; so is what follows',
    },
    sample: { ...list(integer), description: 'the first of their sequences' },
    unsearched: { ...integer, description: 'events whose bodies are neither JSON nor a form' },
    unsearched_sample: said('the first of their sequences', list(integer)),
    captured_requests: said('refused requests that were kept whole, and erased', integer),
    next,
  }),
  Redactions: object({
    redactions: said(
      'newest first',
      list(
        object({
          redaction_id: integer,
          at: time,
          completed_at: {
            ...orNull(time),
            description: 'when the whole log was searched; null while there is a `next`',
          },
          act: said('who asked for it', orNull(object(act))),
          sought,
          count: said('events whose bodies were erased', integer),
          sequences: said('which ones', ranges),
          unsearched_sequences: said('events whose bodies are neither JSON nor a form', ranges),
          captured_requests: said('refused requests that were kept whole, and erased', integer),
        }),
      ),
    ),
    next,
  }),
};
