/** Sending again, and how far it is: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { E, W } from './addresses';
import type { Operation } from './operation';
import { boolean, integer, list, object, ref, text, time, words } from './shapes';

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

const described = (schema: JsonSchema, description: string): JsonSchema => ({ ...schema, description });

const counts = {
  state: words('running', 'done', 'cancelled'),
  counted: described(orNull(integer), 'deliveries when it was asked for; null of an earlier release'),
  sent: described(integer, 'of these, those of which the first attempt has ended'),
  delivered: integer,
  retrying: described(integer, 'sent, and tried again later'),
  dead: described(integer, 'sent, not delivered, and not tried any more'),
  remaining: described(orNull(integer), 'not sent: yet, or ever where it was cancelled'),
  ended_at: orNull(time),
};

export const REPLAY_ANSWERS: Record<string, JsonSchema> = {
  Replaying: object({
    replay_id: described(orNull(integer), 'null where nothing was begun'),
    count: described(integer, 'deliveries, over all destinations asked for'),
  }),
  ReplayProgress: object({
    replay_id: integer,
    asked_by: described(orNull(text), '`admin`, or the id of a token'),
    request: described(orNull({ type: 'object' }), 'as it was given, but for `q` and `entity_key`'),
    started_at: time,
    ...counts,
    destinations: list(object({ destination_id: text, ...counts })),
  }),
  Replays: object({ replays: list(ref('ReplayProgress')), more: boolean }),
};
