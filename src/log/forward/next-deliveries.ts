/**
 * What leaves next for a destination: first due retries, then the feed and replays in turn. A destination that is only
 * probed gets one delivery, if need be a retry before it is due. Stores nothing: only queue and replays move on.
 */
import type { DeliveryRow } from '../store/delivery-row';
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed, FeedEntry } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import { type Delivery, deliveryKey } from './delivery';
import type { DestinationState } from './destination-state';
import { atRest, type QueuedEvent, queuedFromRow, send } from './queued-event';
import type { Replays } from './replays';
import { wants } from './wants';

/** How many entries of the feed are read at a time. */
const ENTRIES_PER_READ = 128;
/** How many entries one turn reads at most for a destination. Appends have to wait for that long. */
const ENTRIES_PER_TURN = 2048;

/** Chooses deliveries for the destinations of a webhook. */
export class NextDeliveries {
  #feed: Feed;
  #rows: DeliveryRows;
  #replays: Replays;

  constructor(feed: Feed, rows: DeliveryRows, replays: Replays) {
    this.#feed = feed;
    this.#rows = rows;
    this.#replays = replays;
  }

  /** Up to `room` deliveries to start now (`now` in ms since 1970). */
  take(state: DestinationState, room: number, now: number): Delivery[] {
    const { id } = state.destination;
    const probe = state.gate.onlyProbes;
    const deliveries = this.#retries(state, this.#rows.due(id, now), room);
    const replaysFirst = state.replaysTurn && this.#replays.waits(id);
    state.replaysTurn = !replaysFirst;
    const share = replaysFirst ? Math.ceil((room - deliveries.length) / 2) : 0;
    deliveries.push(...this.#replayed(state, share));
    deliveries.push(...this.#fresh(state, room - deliveries.length, now));
    deliveries.push(...this.#replayed(state, room - deliveries.length));
    // With nothing due, the earliest retry is the probe. It uses up no entry of its retry schedule.
    if (probe && deliveries.length === 0)
      deliveries.push(...this.#retries(state, this.#rows.upcoming(id), 1));
    for (const { queued } of deliveries) send(queued, now);
    return deliveries.map(delivery => ({ ...delivery, probe, startedAt: now }));
  }

  #retries(state: DestinationState, rows: Iterable<DeliveryRow>, room: number): Delivery[] {
    const { queue, underWay } = state;
    const deliveries: Delivery[] = [];
    if (room < 1) return deliveries;
    for (const row of rows) {
      const { destinationId, sequence, replay } = row;
      if (underWay.has(deliveryKey(destinationId, sequence, replay))) continue;
      const waiting = replay === 0 ? queue.find(sequence) : null;
      // After a crash it has to wait until the scan comes to it again, which gives it its place in the queue.
      if (waiting === null && replay === 0 && row.ordinal > queue.scan.ordinal && state.isRevisiting)
        continue;
      // The destination became ordered after this delivery had failed, so now it has to wait for its turn.
      if (waiting !== null && !queue.isFirst(waiting)) continue;
      const delivery = this.#delivery(state, waiting ?? queuedFromRow(row, []), replay, row);
      // The event is past its retention. The row is dropped when retention is.
      if (delivery === null) continue;
      deliveries.push(delivery);
      if (deliveries.length >= room) break;
    }
    return deliveries;
  }

  #fresh(state: DestinationState, room: number, now: number): Delivery[] {
    const { queue, destination } = state;
    const wanted = (event: StoredEvent) => wants(destination, event, this.#feed);
    let read = 0;
    for (
      let limit = queue.scanRoom(room);
      limit > 0 && this.#feed.goesOnAfter(queue.scan);
      limit = queue.scanRoom(room)
    ) {
      if (read >= ENTRIES_PER_TURN) {
        state.unread = true;
        break;
      }
      const count = Math.min(ENTRIES_PER_READ, limit);
      const entries = this.#feed.after(queue.scan, count);
      queue.pass(entries, wanted, this.#fates(state, entries));
      read += entries.length;
      if (entries.length < count) queue.passAll(this.#feed.end);
    }
    if (room < 1) return [];
    const deliveries: Delivery[] = [];
    for (const queued of queue.take(room, now)) {
      const delivery = this.#delivery(state, queued, 0, null);
      if (delivery === null) queue.settle(queued);
      else deliveries.push(delivery);
    }
    return deliveries;
  }

  /** What became of events already: those that the scan had passed before a crash and that have rows, and those that were erased. */
  #fates(state: DestinationState, entries: readonly FeedEntry[]): ReturnType<DeliveryRows['fates']> {
    const events = entries.map(({ event }) => event).filter(event => event !== null);
    const sequences = events.map(({ sequence }) => sequence);
    const fates = state.isRevisiting ? this.#rows.fates(state.destination.id, sequences) : new Map();
    // They keep their place among the others: the order in which these were counted before holds.
    for (const event of events) if (this.#feed.isErased(event)) fates.set(event.sequence, 'redacted');
    return fates;
  }

  #replayed(state: DestinationState, room: number): Delivery[] {
    if (room < 1) return [];
    const deliveries: Delivery[] = [];
    const wanted = (event: StoredEvent) => wants(state.destination, event, this.#feed);
    const { taken, unread } = this.#replays.take(state.destination.id, room, wanted);
    if (unread) state.unread = true;
    for (const { job, event } of taken) {
      const { sequence } = event;
      const queued: QueuedEvent = {
        ...{ sequence, ordinal: 0, previous: 0, keys: [] },
        state: { kind: 'waiting', event },
      };
      const delivery = this.#delivery(state, queued, job.id, null);
      if (delivery !== null) deliveries.push({ ...delivery, newId: job.newId });
    }
    return deliveries;
  }

  /** Null when the event is not here any more. */
  #delivery(
    { destination }: DestinationState,
    queued: QueuedEvent,
    replay: number,
    row: DeliveryRow | null,
  ): Delivery | null {
    const rest = atRest(queued);
    const event = (rest.kind === 'waiting' ? rest.event : null) ?? this.#feed.event(queued.sequence);
    if (event === null) return null;
    const newId = replay !== 0 && (row?.newId ?? false);
    const { id: destinationId } = destination;
    return { destinationId, event, queued, row, replay, newId, probe: false, startedAt: 0 };
  }
}
