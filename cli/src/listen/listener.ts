/** Listens to one webhook: event after event to the local server, and the place kept after each that it took. */
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT, Stop } from '../ending';
import { type Gateway, stopFor } from '../gateway/gateway';
import { backoffMs } from './backoff';
import { connect } from './connection';
import { type Forwarded, forward, type Target } from './forward';
import { bodyOf, type Filter, isFinal, isWanted, type Message, type StreamedEvent } from './messages';
import type { Place, PlaceFile } from './place';

export type Listening = {
  gateway: Gateway;
  target: Target;
  file: PlaceFile;
  topic: string | undefined;
  filter: Filter;
  /** Goes on after one attempt, whatever was answered. */
  skipFailed: boolean;
  tell: {
    forwarded(event: StreamedEvent, how: Forwarded & { attempt: number }): void;
    connection(state: string): void;
  };
};

/** Goes on until nothing can be heard any more; throws `Stop` then. */
export async function listen(listening: Listening, begin: Place): Promise<never> {
  const { gateway, target, file, topic, tell } = listening;
  let place = begin;
  const isThere = { path: { webhook_id: target.webhookId } };
  for (let failures = 0; ; ) {
    const query = new URLSearchParams({ after: place.cursor ?? 'now', include: 'body' });
    if (topic !== undefined) query.set('topic', topic);
    const address = `${gateway.url.replace(/^http/, 'ws')}/v1/webhooks/${target.webhookId}/stream?${query}`;
    const { messages, send } = connect(address, gateway.token);
    for await (const message of messages) {
      if (message.type === 'end') {
        tell.connection(message.detail);
        if (isFinal(message.reason)) throw new Stop(EXIT.failed, endText(message));
        break;
      }
      if (message.type === 'ready') tell.connection('listening');
      failures = 0;
      if (message.type === 'event') await deal(listening, place, message);
      if (place.cursor !== message.cursor) {
        place = { ...place, cursor: message.cursor };
        await file.write(place);
      }
      if (message.type === 'mark') send(message);
    }
    failures++;
    if (failures === 1) tell.connection('not connected; coming again');
    await pause(backoffMs(failures, Math.random()));
    const answer = await gateway.ask('get', '/v1/webhooks/{webhook_id}', isThere);
    // Of a stream that is refused, nobody is told why.
    if (!answer.ok && answer.error.reason === 'refused' && answer.error.status < 429)
      throw stopFor(answer.error, gateway.url);
  }
}

/** Ends when the server took the event; the next one waits for that. */
async function deal(
  { target, filter, skipFailed, tell }: Listening,
  place: Place,
  { event, cursor }: Extract<Message, { type: 'event' }>,
): Promise<void> {
  if (bodyOf(event) === null || !isWanted(event, filter)) return;
  for (let attempt = 1; ; attempt++) {
    const how = await forward(target, place, { event, cursor, attempt }, Date.now());
    tell.forwarded(event, { ...how, attempt });
    if (skipFailed || (how.status !== null && how.status >= 200 && how.status < 300)) return;
    await pause(backoffMs(attempt, Math.random()));
  }
}

const endText = ({ reason, detail }: Extract<Message, { type: 'end' }>): string =>
  reason === 'beyond_end' || reason === 'other_life' ? `${detail} Begin anew with --since.` : detail;
