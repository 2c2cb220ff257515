/**
 * Listens to one webhook: event after event to the local server, and the place kept after each that it took. One that it did not
 * take is tried again, and those after it wait.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT, Stop } from '../ending';
import { type Gateway, stopFor } from '../gateway/gateway';
import { backoffMs } from './backoff';
import { connect } from './connection';
import { forward, requestOf, type Target } from './forward';
import type { Filter, Message, OfReplay, StreamedEvent } from './messages';
import { bodyOf, endText, isFinal, isWanted, lifeOf, replayOf } from './messages';
import { type Attempt, type Forwarded, isTaken } from './outcome';
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
    forwarded(attempt: Attempt, how: Forwarded): void;
    connection(state: string): void;
  };
};

/** The event that the local server has to take next. `tryNow` ends the wait for its next attempt; null while one is under way. */
type Turn = { sequence: number; replayId: number | null; tryNow: AbortController | null };

export class Listener {
  #listening: Listening;
  #place: Place;
  #turn: Turn | null = null;

  constructor(listening: Listening, begin: Place) {
    this.#listening = listening;
    this.#place = begin;
  }

  /** Goes on until nothing can be heard any more; throws `Stop` then. */
  async run(): Promise<never> {
    const { gateway, target, tell } = this.#listening;
    const path = { webhook_id: target.webhookId };
    for (let failures = 0; ; ) {
      const isHeard = await this.#hear();
      failures = isHeard ? 1 : failures + 1;
      if (failures === 1) tell.connection('not connected; coming again');
      await pause(backoffMs(failures, Math.random()));
      if (isHeard) continue;
      const answer = await gateway.ask('get', '/v1/webhooks/{webhook_id}', { path });
      // Of a stream that is refused, nobody is told why.
      if (!answer.ok && answer.error.reason === 'refused' && answer.error.status < 429)
        throw stopFor(answer.error, gateway.url);
    }
  }

  /** One connection, until it ends. Says whether it was let in. */
  async #hear(): Promise<boolean> {
    const { gateway, file, tell } = this.#listening;
    const { messages, send } = connect(this.#address(), gateway.token);
    let isHeard = false;
    for await (const message of messages) {
      if (message.type === 'end') {
        tell.connection(message.detail);
        if (isFinal(message.reason)) throw new Stop(EXIT.failed, endText(message));
        break;
      }
      isHeard = true;
      if (message.type === 'ready') tell.connection('listening');
      if (message.type === 'event' || message.type === 'replay') await this.#deal(message);
      if (this.#place.cursor !== message.cursor) {
        this.#place = { ...this.#place, cursor: message.cursor };
        await file.write(this.#place);
      }
      if (message.type === 'mark') send(message);
    }
    return isHeard;
  }

  #address(): string {
    const { gateway, target, topic } = this.#listening;
    const after = this.#place.cursor ?? 'now';
    const query = new URLSearchParams({ after, include: 'body', replays: 'true' });
    if (topic !== undefined) query.set('topic', topic);
    return `${gateway.url.replace(/^http/, 'ws')}/v1/webhooks/${target.webhookId}/stream?${query}`;
  }

  /** Ends when the server took the event; the next one waits for that. */
  async #deal(message: Extract<Message, { type: 'event' | 'replay' }>): Promise<void> {
    const { filter, skipFailed } = this.#listening;
    const { event, cursor } = message;
    if (bodyOf(event) === null || !isWanted(event, filter)) return;
    const replay = replayOf(message);
    const life = lifeOf(cursor);
    const turn: Turn = { sequence: event.sequence, replayId: replay?.id ?? null, tryNow: null };
    this.#turn = turn;
    for (let attempt = 1; ; attempt++) {
      const how = await this.#forward({ event, life, attempt, replay });
      if (skipFailed || isTaken(how)) break;
      turn.tryNow = new AbortController();
      const { signal } = turn.tryNow;
      await pause(backoffMs(attempt, Math.random()), null, { signal }).catch(() => {});
      turn.tryNow = null;
    }
    this.#turn = null;
  }

  /**
   * Forwards an event once more, because someone asked here. One whose turn it is is tried at once instead, so that it does not
   * arrive twice.
   */
  async again(event: StreamedEvent, attempt: number, replay: OfReplay | null): Promise<void> {
    const turn = this.#turn;
    if (turn?.sequence === event.sequence && turn.replayId === (replay?.id ?? null)) turn.tryNow?.abort();
    else await this.#forward({ event, life: lifeOf(this.#place.cursor ?? ''), attempt, replay });
  }

  /** An event's request as it would be sent now. */
  request(event: StreamedEvent, attempt: number, replay: OfReplay | null) {
    const life = lifeOf(this.#place.cursor ?? '');
    return requestOf(this.#listening.target, this.#place, { event, life, attempt, replay }, Date.now());
  }

  async #forward(attempt: Attempt): Promise<Forwarded> {
    const { target, tell } = this.#listening;
    const how = await forward(target, this.#place, attempt, Date.now());
    tell.forwarded(attempt, how);
    return how;
  }
}
