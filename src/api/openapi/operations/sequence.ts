/** What is missing: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { ID_STATES } from '../../../log/contract/sequence-map';
import { W } from './addresses';
import type { Operation } from './operation';
import { boolean, integer, list, object, ref, said, text, time, words } from './shapes';

export const SEQUENCE_OPERATIONS: readonly Operation[] = [
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
    ...{ method: 'get', path: `${W}/sequence`, id: 'mapSequence', tag: 'sequence' },
    summary: 'What became of each increment id',
    description:
      'A range of a numbering in cells, with how many ids of each were received, late, missing and so on: what the page draws. ' +
      'Without parameters the last 100 ids, one a cell. Any range takes bounded work: of one longer than 6,400 ids (`exact: false`) ' +
      'only the holes, late ids and the quarantine are told apart. Duplicates leave no trace by id; `status` counts them.',
    ...{
      takes: ['map_epoch', 'map_from', 'map_to', 'map_cells'],
      answers: [200, 'SequenceMap'],
      problems: [404, 422],
    },
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
];

const side = orNull(
  object({
    increment_id: integer,
    sequence: said('its event; null for an ignored id, or one past its retention', orNull(integer)),
    received_at: orNull(time),
  }),
);

export const SEQUENCE_ANSWERS: Record<string, JsonSchema> = {
  Gap: object({
    epoch: integer,
    from: said('the first increment id', integer),
    to: said('the last increment id, included', integer),
    count: said(
      'how many of these are missing, or on record: fewer than all only where gaps were merged, and in an entry `on_record`',
      integer,
    ),
    status: said(
      '`open`: may still come; `uncertain`: missing in one reading of what came; `filled`: came late; `expired`: too late to come; `resolved`: closed by hand',
      words('open', 'uncertain', 'filled', 'expired', 'resolved'),
    ),
    detected_at: said('when the later id was accepted', time),
    resolved_at: said('when it was filled or closed; null before', orNull(time)),
    before: said('the received id below it; null where none is on record', side),
    after: said('the received id above it; null where none is on record', side),
    retry_until: said("when the provider's last retry is due; null where that is not known", orNull(time)),
    on_record: said('true: `count` events came under these ids, and may be of an older numbering', boolean),
    readings: said('of an uncertain one: what may have happened', list(text)),
    note: said('why it was closed by hand; null otherwise', orNull(text)),
  }),
  Gaps: object(
    { numbered: boolean, gaps: said('ascending by id', list(ref('Gap'))) },
    { highest_increment_id: orNull(integer), epoch: orNull(integer), awaited_ids: orNull(integer) },
  ),
  SequenceMap: object(
    {
      numbered: boolean,
      cells: said('the range in parts of one size, ascending', list(ref('SequenceCell'))),
    },
    {
      epochs: {
        ...list(
          object({
            epoch: integer,
            first: said('its first increment id', integer),
            highest: said('its highest increment id', integer),
            started_at: time,
          }),
        ),
        description: 'newest first; the first is the current one',
      },
      epoch: orNull(integer),
      exact: { ...boolean, description: 'false: the range was too long to look at every id' },
    },
  ),
  SequenceCell: object({
    from: said('the first increment id', integer),
    to: said('the last increment id, included', integer),
    counts: {
      ...object(
        {},
        Object.fromEntries(ID_STATES.map(state => [state, said(`ids that are ${state}`, integer)])),
      ),
      description: 'how many ids are in each state; those without one are left out',
    },
    sequence: { ...orNull(integer), description: 'the event of the last received id, where it is on record' },
    received_at: orNull(time),
  }),
  ResolvedGaps: object({
    count: said('increment ids that were closed', integer),
    gaps: said('the entries that this made', list(ref('Gap'))),
  }),
};
