/** Sending again, and how far it is: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { E, W } from './addresses';
import type { Operation } from './operation';
import { boolean, integer, list, object, ref, said, text, time, words } from './shapes';

const R = `${W}/replays`;

export const REPLAY_OPERATIONS: readonly Operation[] = [
  {
    ...{
      method: 'post',
      path: `${E}/replay`,
      id: 'replayEvent',
      tag: 'replay',
      summary: 'Send an event again',
    },
    description: 'A replay like any other, of one event.',
    body: { schema: 'EventReplay', optional: true, example: {} },
    ...{ answers: [200, 'Replaying'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'post', path: R, id: 'replayEvents', tag: 'replay', summary: 'Send many again' },
    description:
      'Which events is said by a range or by the filters of the list, or by `"all": true`; a request that says nothing sends nothing ' +
      '(422). `dry_run` counts what would be sent.',
    body: { schema: 'Replay', example: { delivery: 'dead', since: '2026-11-20T12:00:00Z', dry_run: true } },
    ...{ answers: [200, 'Replaying'], problems: [400, 404, 409, 413, 422] },
  },
  {
    ...{ method: 'get', path: R, id: 'listReplays', tag: 'replay', summary: 'Replays, newest first' },
    description: 'Those that run, and the last 50 that ended: 100 at most.',
    ...{ answers: [200, 'Replays'], problems: [404] },
  },
  {
    ...{ method: 'get', path: `${R}/{replay_id}`, id: 'getReplay', tag: 'replay' },
    summary: 'How far a replay is',
    ...{ answers: [200, 'ReplayProgress'], problems: [404] },
  },
  {
    ...{ method: 'post', path: `${R}/{replay_id}/cancel`, id: 'cancelReplay', tag: 'replay' },
    summary: 'Send nothing more of a replay',
    description:
      'What is under way ends; the rest is not sent, and what failed is not tried again. One that has ended stays as it is.',
    ...{ answers: [200, 'ReplayProgress'], problems: [404] },
  },
];

const counts = {
  state: said('`cancelled`: nothing more of it is sent', words('running', 'done', 'cancelled')),
  counted: said('deliveries when it was asked for; null of an earlier release', orNull(integer)),
  sent: said('of these, those of which the first attempt has ended', integer),
  delivered: integer,
  retrying: said('sent, and tried again later', integer),
  dead: said('sent, not delivered, and not tried any more', integer),
  remaining: said('not sent: yet, or ever where it was cancelled', orNull(integer)),
  ended_at: orNull(time),
};

export const REPLAY_ANSWERS: Record<string, JsonSchema> = {
  Replaying: object({
    replay_id: said(
      'id of the replay; null where no delivery was begun: `dry_run`, or nothing to send to a destination',
      orNull(integer),
    ),
    count: said('deliveries, over all destinations asked for', integer),
    events: said(
      'events that whoever listens to the stream gets, whatever destinations want; null of an earlier release',
      orNull(integer),
    ),
  }),
  ReplayProgress: object({
    replay_id: integer,
    asked_by: said('`admin`, or the id of a token', orNull(text)),
    request: said('as it was given, but for `q` and `entity_key`', orNull({ type: 'object' })),
    started_at: time,
    ...counts,
    destinations: said('the same for each', list(object({ destination_id: text, ...counts }))),
  }),
  Replays: object({
    replays: said('newest first', list(ref('ReplayProgress'))),
    more: said('true: older ones run that are not in the list', boolean),
  }),
};
