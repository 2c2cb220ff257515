/**
 * A queued event: an event on its way to one destination, with what was fixed when the scan passed it. A replayed event
 * has one too, of which only the sequence and the state count.
 */
import type { Ordering } from '../../subscriptions/webhook';
import type { DeliveryRow } from '../store/delivery-row';
import type { StoredEvent } from '../store/stored-event';

/** The state of a queued event that is not being sent: where it is stored. */
export type AtRest =
  /** In memory alone: the cursor has not passed it, and a scan from there finds it again. `event` as the scan read it. */
  | { kind: 'waiting'; event: StoredEvent | null }
  /** Stored under the row of a blocked key, so that the cursor could pass it. */
  | { kind: 'parked'; key: string }
  /** In an exception row, which has the time of its next attempt. */
  | { kind: 'retrying' };

/** `since`: ms since 1970. `from`: the state it returns to when it was not sent after all. */
export type QueuedState = AtRest | { kind: 'sending'; since: number; from: AtRest };

/** One event at one destination. Only its state changes. */
export type QueuedEvent = {
  readonly sequence: number;
  /** Its place among the events that the destination wants. */
  readonly ordinal: number;
  /** What `gapless-previous` says. */
  readonly previous: number;
  /** It waits for all earlier events that have one of these keys. */
  readonly keys: readonly string[];
  state: QueuedState;
};

/** Its state, or that before it was sent. */
export const atRest = ({ state }: QueuedEvent): AtRest => (state.kind === 'sending' ? state.from : state);

/** Whether it has an exception row: it is a retry, or a first attempt that the cursor has passed. */
export const hasRow = (queued: QueuedEvent): boolean => atRest(queued).kind === 'retrying';

/** Whether a delivery of it is under way. */
export const isSending = ({ state }: QueuedEvent): boolean => state.kind === 'sending';

/** Marks it as being sent. `now` in ms since 1970. */
export function send(queued: QueuedEvent, now: number): void {
  if (queued.state.kind !== 'sending') queued.state = { kind: 'sending', since: now, from: queued.state };
}

/** Notes under which key it is stored. */
export function park(queued: QueuedEvent, key: string): void {
  const parked = { kind: 'parked', key } as const;
  queued.state = queued.state.kind === 'sending' ? { ...queued.state, from: parked } : parked;
}

/** A queued event that exists only as its row. */
export const queuedFromRow = (row: DeliveryRow, keys: readonly string[]): QueuedEvent => ({
  sequence: row.sequence,
  ordinal: row.ordinal,
  previous: row.previous ?? 0,
  keys,
  state: { kind: 'retrying' },
});

const STRICT_KEY = '*';
/** The key of events without entity keys, which are kept in order among themselves. */
export const NO_KEY = '';

/** The ordering keys of an event: with `strict` the same one for every event, with `parallel` none. */
export function keysOf(ordering: Ordering, entityKeys: readonly string[]): readonly string[] {
  switch (ordering) {
    case 'parallel':
      return [];
    case 'strict':
      return [STRICT_KEY];
    case 'key':
      return entityKeys.length > 0 ? [...new Set(entityKeys)] : [NO_KEY];
  }
}
