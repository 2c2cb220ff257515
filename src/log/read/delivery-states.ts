/**
 * How the deliveries of one destination stand. Only failed ones have a row, so the others are told by where the destination's
 * cursor is, by what is settled ahead of it and waits behind it, and by the journal of attempts.
 */
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { DeliveryState } from '../contract/event-filter';
import { sequencesOf } from '../forward/settled-ahead';
import { isOwed } from '../forward/wants';
import type { DeliveryRow } from '../store/delivery-row';
import type { StoredEvent } from '../store/stored-event';
import { fromSequences, fromTable, isBeyond, merged, type Order, type Source } from './sources';
import type { Views } from './views';

/** How many releases beyond the cursor are looked at. */
const MAX_RELEASES = 2000;

/** The deliveries of a destination at one moment, of which those in one state are wanted: made for a page, and not kept. */
export class DeliveryStates {
  readonly #wanted: DeliveryState;
  #views: Views;
  #destination: DestinationRecord;
  /** Everything in the feed up to here is settled, has a row, or is in `#parked`. */
  #cursor: number;
  /** Behind the cursor: events that wait under a blocked key, and those that were let go only after it had passed. */
  #parked: Set<number>;
  #settled: Set<number>;

  constructor(views: Views, destination: DestinationRecord, wanted: DeliveryState) {
    this.#wanted = wanted;
    this.#views = views;
    this.#destination = destination;
    const state = views.forwarding.destination(destination.id);
    const { sequence, release } = state?.queue.cursor ?? views.log.feed.end;
    this.#cursor = sequence;
    this.#settled = new Set(sequencesOf(state?.queue.settledAhead ?? []));
    const blocked = [...(state?.blocked.all() ?? [])].map(waiting => waiting.sequence);
    const isAtEnd = release >= views.log.feed.end.release;
    const late = isAtEnd ? [] : views.log.tables.releases.after(release, MAX_RELEASES);
    const released = late.map(one => one.sequence).filter(one => one <= sequence);
    this.#parked = new Set([...blocked, ...released]);
  }

  /**
   * Whether the delivery of an event stands as wanted.
   * @param rows exception rows of the event, without replays
   * @param taken which events the destination took, by the journal
   * @param spent counts the bytes of bodies that are read for the destination's filter
   */
  has(
    event: StoredEvent,
    rows: readonly DeliveryRow[],
    taken: ReadonlySet<number>,
    spent: { searched: number },
  ): boolean {
    const { id, filter } = this.#destination;
    if (filter !== null) spent.searched += event.bodyBytes;
    const row = rows.find(({ destinationId }) => destinationId === id) ?? null;
    return this.#of(event, row, taken) === this.#wanted;
  }

  /** How it stands; null where there is none. */
  #of(event: StoredEvent, row: DeliveryRow | null, taken: ReadonlySet<number>): DeliveryState | null {
    if (row?.status === 'dead') return 'dead';
    if (row?.status === 'redacted') return null;
    const { isActive } = this.#destination;
    if (row !== null) return isActive ? 'retrying' : 'paused';
    if (this.#waits(event)) return isActive ? 'waiting' : 'paused';
    return taken.has(event.sequence) ? 'delivered' : null;
  }

  #waits(event: StoredEvent): boolean {
    const { sequence } = event;
    if (event.status !== 'forwardable' || this.#settled.has(sequence)) return false;
    if (this.#parked.has(sequence)) return isOwed(this.#destination, event, this.#views.log.feed);
    return sequence > this.#cursor && isOwed(this.#destination, event, this.#views.log.feed);
  }

  /** Where the wanted events are looked for. */
  source(order: Order): Source {
    const { tables } = this.#views.log;
    const { isActive, id } = this.#destination;
    const get = (sequence: number) => tables.events.get(sequence);
    const nothing: Source = () => ({ events: [], through: null, rows: 0 });
    const failed =
      (status: DeliveryRow['status']): Source =>
      (sequence, limit) => {
        const page = tables.failed.ofDestination({ destinationId: id, status }, order, sequence, limit);
        const events = page.sequences.map(get).filter(event => event !== null);
        return { events, through: page.through, rows: limit + events.length };
      };
    const waiting = () => merged(order, [fromSequences(order, this.#parked, get), this.#unread(order)]);
    switch (this.#wanted) {
      case 'dead':
        return failed('dead');
      case 'retrying':
        return isActive ? failed('retrying') : nothing;
      case 'waiting':
        return isActive ? waiting() : nothing;
      case 'paused':
        return isActive ? nothing : merged(order, [waiting(), failed('retrying')]);
      case 'delivered':
        return order === 'asc'
          ? fromTable((sequence, limit) => tables.events.after(sequence, limit))
          : fromTable((sequence, limit) => tables.events.before(sequence, limit));
    }
  }

  /** What the cursor has not come to. */
  #unread(order: Order): Source {
    const { events } = this.#views.log.tables;
    const cursor = this.#cursor;
    if (order === 'asc')
      return fromTable((sequence, limit) => events.after(Math.max(sequence, cursor), limit));
    return (sequence, limit) => {
      if (!isBeyond('asc', sequence, cursor + 1)) return { events: [], through: null, rows: 0 };
      const read = events.before(sequence, limit);
      const unread = read.filter(event => event.sequence > cursor);
      const isOver = unread.length < limit;
      return {
        events: unread,
        through: isOver ? null : (unread.at(-1)?.sequence ?? null),
        rows: read.length,
      };
    };
  }
}
