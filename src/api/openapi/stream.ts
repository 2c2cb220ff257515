/** What `GET …/stream` is, and the messages of it. */
import type { JsonSchema } from '../../input/json-schema';
import { STREAM_ENDS } from '../../log/contract/stream';

export const LISTEN = {
  method: 'get',
  path: '/v1/webhooks/{webhook_id}/stream',
  id: 'listen',
  tag: 'events',
  summary: 'Listen (WebSocket)',
  description:
    'Events as the feed lets them go, how each attempt to deliver ended, and what changes in the gap list, each a message of JSON; ' +
    'with `replays`, events that are replayed, too. ' +
    'Go on from `cursor`. Send each `mark` back as it came. Without `after` it begins at the end of the feed. A browser sends the ' +
    'token as a subprotocol: `gapless.v1, bearer.<token>`.',
  takes: ['stream_after', 'topic', 'include', 'stream_replays'],
  answers: [101, 'StreamMessage'],
  problems: [404, 422, 426],
} as const;

const integer: JsonSchema = { type: 'integer' };
const text: JsonSchema = { type: 'string' };
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const gapKey: JsonSchema = {
  type: 'object',
  properties: { epoch: integer, from: integer, to: integer },
  required: ['epoch', 'from', 'to'],
};

const message = (type: string, properties: Record<string, JsonSchema> = {}): JsonSchema => ({
  type: 'object',
  properties: { type: { enum: [type] }, cursor: text, ...properties },
  required: ['type', 'cursor', ...Object.keys(properties)],
});

/** @param delivery the end of an attempt, which has the fields of a delivery of an event */
export const streamAnswers = (delivery: JsonSchema): Record<string, JsonSchema> => ({
  StreamMessage: {
    anyOf: [
      message('ready'),
      message('event', { event: ref('Event') }),
      message('replay', {
        replay_id: integer,
        new_id: { type: 'boolean', description: 'true: it is sent under an id of its own' },
        event: ref('Event'),
      }),
      message('delivery', { delivery }),
      message('gaps', {
        gaps: { type: 'array', items: ref('Gap') },
        removed: { type: 'array', items: gapKey },
        complete: { type: 'boolean', description: 'false: too much changed at once, read the list' },
      }),
      message('mark', { mark: integer }),
      message('skipped', { messages: integer }),
      message('end', { reason: { enum: Object.keys(STREAM_ENDS) }, detail: text }),
    ],
  },
});
