/**
 * The event that has waited longest for a destination: notices and replays left out, as nobody is told of the delivery of a
 * notice, and a replay is of old events. Reads a bounded number of events, and the rows of what is tried again.
 */
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import type { DestinationState } from './destination-state';
import { isOwed } from './wants';

/** How many events are looked at of each kind: queued, tried again, and not read yet. */
const LOOKS = 64;
const MAX_TOPICS = 10;

/** `since`: when it was accepted, or the destination made, ms since 1970. */
export type OldestWaiting = { sequence: number; since: number; topics: string[] };

type Sources = { feed: Feed; rows: DeliveryRows };

/** Null where none waits, or none was found. */
export function oldestWaiting(state: DestinationState, { feed, rows }: Sources): OldestWaiting | null {
  const { destination, queue } = state;
  const found = [firstQueued(state, feed), firstRetried(state, { feed, rows }), firstUnread(state, feed)];
  const events = found.filter(event => event !== null).toSorted((a, b) => a.receivedAt - b.receivedAt);
  const [oldest] = events;
  if (oldest === undefined || queue.ordering !== destination.ordering) return null;
  const since = Math.max(oldest.receivedAt, destination.createdAt);
  return { sequence: oldest.sequence, since, topics: oldest.topics.slice(0, MAX_TOPICS) };
}

/** Whether an event that waited still does. */
export function isWaiting(
  { destination, queue }: DestinationState,
  sequence: number,
  { feed, rows }: Sources,
): boolean {
  if (queue.unfinished.has(sequence)) return true;
  const event = feed.event(sequence);
  if (sequence > queue.scan.sequence && (event === null || !feed.isErased(event))) return true;
  return rows
    .of(sequence)
    .some(row => row.destinationId === destination.id && row.replay === 0 && row.nextAt !== null);
}

function firstQueued({ queue }: DestinationState, feed: Feed): StoredEvent | null {
  const sequences = [...queue.unfinished.keys()].sort((a, b) => a - b);
  for (const sequence of sequences.slice(0, LOOKS)) {
    const event = feed.event(sequence);
    if (event !== null && !event.operational) return event;
  }
  return null;
}

function firstRetried({ destination }: DestinationState, { feed, rows }: Sources): StoredEvent | null {
  let sequence = rows.oldestRetrying(destination.id);
  for (let looks = 0; sequence !== null && looks < LOOKS; looks++) {
    const event = feed.event(sequence);
    if (event !== null && !event.operational) return event;
    sequence = rows.oldestRetrying(destination.id, sequence);
  }
  return null;
}

function firstUnread({ destination, queue }: DestinationState, feed: Feed): StoredEvent | null {
  if (!feed.goesOnAfter(queue.scan)) return null;
  const entries = feed.after(queue.scan, LOOKS);
  const first = entries.find(
    ({ event }) => event !== null && !event.operational && isOwed(destination, event, feed),
  );
  return first?.event ?? null;
}
