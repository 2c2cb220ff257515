/** Sending again: operations and answers. */
import type { JsonSchema } from '../../../input/json-schema';
import { E, W } from './addresses';
import type { Operation } from './operation';
import { integer, object } from './shapes';

export const REPLAY_OPERATIONS: readonly Operation[] = [
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
];

export const REPLAY_ANSWERS: Record<string, JsonSchema> = {
  Count: object({ count: integer }),
};
