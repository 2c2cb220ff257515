/** What `GET …/stream` is, and the messages of it. */
import type { JsonSchema } from '../../input/json-schema';
import { STREAM_ENDS } from '../../log/contract/stream';
import { boolean, integer, list, object, ref, said, text } from './operations/shapes';

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

const message = (type: string, properties: Record<string, JsonSchema> = {}): JsonSchema =>
  object({
    type: said('what the message is', { enum: [type] }),
    cursor: said('`after` to go on from', text),
    ...properties,
  });

/** @param delivery the end of an attempt, which has the fields of a delivery of an event */
export const streamAnswers = (delivery: JsonSchema): Record<string, JsonSchema> => ({
  StreamMessage: {
    anyOf: [
      message('ready'),
      message('event', { event: said('an event that was let go', ref('Event')) }),
      message('replay', {
        replay_id: said('the replay it is of', integer),
        new_id: said('true: it is sent under an id of its own', boolean),
        event: said('an event that is sent again', ref('Event')),
      }),
      message('delivery', { delivery: said('how an attempt to deliver ended', delivery) }),
      message('gaps', {
        gaps: said('entries of the gap list that are new or changed', list(ref('Gap'))),
        removed: said(
          'entries that are no more',
          list(object({ epoch: integer, from: integer, to: integer })),
        ),
        complete: said('false: too much changed at once, read the list', boolean),
      }),
      message('mark', { mark: said('to be sent back as it is', integer) }),
      message('skipped', { messages: said('how many were left out, as they came too fast', integer) }),
      message('end', {
        reason: said('why the gateway ends it', { enum: Object.keys(STREAM_ENDS) }),
        detail: said('the same in a sentence', text),
      }),
    ],
  },
});
