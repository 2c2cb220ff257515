/**
 * The queued events of one destination: which are ready, which wait for others, and which are being sent.
 *
 * The stored cursor only passes events that are settled, or kept in an exception row or under a blocked key. The events
 * between the cursor and the scan are the trail; which of them are settled is stored with the cursor. An object that starts
 * anew scans again from the cursor, and passes those that are settled. So only what ended after the last flush is
 * delivered a second time, after a crash: with the same `webhook-id` and the same `gapless-previous`. No I/O: the owner
 * reads the feed and writes what `overflow` says.
 */
import type { Ordering } from '../../subscriptions/webhook';
import type { FeedPosition } from '../contract/events';
import type { DeliveryRow } from '../store/delivery-row';
import type { FeedEntry } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import { KeyQueues } from './key-queues';
import { atRest, hasRow, isSending, keysOf, NO_KEY, type QueuedEvent, send } from './queued-event';
import { rangesOf, type SequenceRange, sequencesOf, without } from './settled-ahead';
import { type Cursor, Trail } from './trail';

/** How many queued events there may be, most of them behind blocked keys. Beyond that the scan stops. */
export const MAX_HELD_BACK = 10_000;
/** The same for a strict destination, whose events leave one by one. */
const MAX_STRICT_AHEAD = 64;
/** When the trail is full, a delivery that runs longer than this (in ms) gets a row, so that the cursor can move on. */
const SLOW_MS = 2000;

/** The queue of a destination, for one ordering. Another ordering needs a new queue. */
export class DeliveryQueue {
  readonly ordering: Ordering;
  #trail: Trail;
  #queues = new KeyQueues<QueuedEvent>();
  /** All queued events that are not settled, by sequence. Retries of a parallel destination are only in their rows. */
  #events = new Map<number, QueuedEvent>();
  /** Those that can be sent now: nothing holds them back and they have no row. In feed order. */
  #ready: QueuedEvent[] = [];
  /** Settled before this queue was made, and the scan has not come to them again. */
  #settledBefore: Set<number>;

  /**
   * @param restored events that the cursor has passed: with a row, or stored under a blocked key
   * @param settled beyond the cursor, as `settledAhead` gave it
   */
  constructor(
    ordering: Ordering,
    cursor: Cursor,
    restored: readonly QueuedEvent[],
    settled: readonly SequenceRange[] = [],
  ) {
    this.ordering = ordering;
    this.#trail = new Trail(cursor);
    this.#settledBefore = new Set(sequencesOf(settled));
    for (const queued of [...restored].sort((a, b) => a.ordinal - b.ordinal)) this.#add(queued);
  }

  /** Where the scan is: the feed is read from here on. */
  get scan(): Cursor {
    return this.#trail.scan;
  }

  /** Where a scan would start again: to be stored. */
  get cursor(): Cursor {
    return this.#trail.cursor;
  }

  /** What is settled beyond the cursor: to be stored with it. */
  get settledAhead(): SequenceRange[] {
    return rangesOf([...this.#trail.settled, ...this.#settledBefore]);
  }

  get unfinished(): ReadonlyMap<number, QueuedEvent> {
    return this.#events;
  }

  /** Whether deliveries that ended may hold back other events until a flush settles them. */
  get awaitsFlush(): boolean {
    if (this.#trail.isHalfFull) return true;
    if (this.ordering === 'parallel') return false;
    for (const queued of this.#events.values()) if (!isSending(queued)) return true;
    return false;
  }

  /** How many queued events can be sent now. */
  get ready(): number {
    return this.#ready.length;
  }

  /** How many more feed entries the scan may pass, when `room` deliveries could start. */
  scanRoom(room: number): number {
    if (this.#ready.length >= room) return 0;
    const most = this.ordering === 'strict' ? MAX_STRICT_AHEAD : MAX_HELD_BACK;
    return Math.max(0, Math.min(this.#trail.room, most - this.#events.size));
  }

  /**
   * Moves the scan over `entries`, which follow it in the feed.
   * @param fates of events that have a row already, because the scan was here before, or were erased
   */
  pass(
    entries: readonly FeedEntry[],
    wants: (event: StoredEvent) => boolean,
    fates: ReadonlyMap<number, DeliveryRow['status']> = new Map(),
  ): void {
    for (const { at, event } of entries) {
      const settledBefore = event !== null && this.#settledBefore.delete(event.sequence);
      if (event === null || !wants(event)) {
        this.#trail.skip({ ...this.scan, ...at });
        continue;
      }
      const { previous, ordinal } = this.scan;
      const { sequence } = event;
      const fate = fates.get(sequence);
      const queued: QueuedEvent = {
        sequence,
        ordinal: ordinal + 1,
        previous,
        keys: keysOf(this.ordering, event.entityKeys),
        state: fate === 'retrying' ? { kind: 'retrying' } : { kind: 'waiting', event },
      };
      const settled = settledBefore || fate !== undefined;
      this.#trail.add(queued, { ...at, previous: sequence, ordinal: ordinal + 1 }, settled);
      if (!settled || (fate === 'retrying' && queued.keys.length > 0)) this.#add(queued);
    }
  }

  /** Moves the scan to the end of the feed, also past entries at the end that were dropped. */
  passAll({ sequence, release }: FeedPosition): void {
    const { scan } = this;
    if (scan.sequence >= sequence && scan.release >= release) return;
    this.#trail.skip({
      ...scan,
      sequence: Math.max(scan.sequence, sequence),
      release: Math.max(scan.release, release),
    });
  }

  #add(queued: QueuedEvent): void {
    this.#events.set(queued.sequence, queued);
    this.#queues.add(queued);
    if (!hasRow(queued) && this.#queues.isFirst(queued)) this.#ready.push(queued);
  }

  /** The queued event of a sequence, or null. */
  find(sequence: number): QueuedEvent | null {
    return this.#events.get(sequence) ?? null;
  }

  /** Whether no event with one of its keys has to be settled before it. */
  isFirst(queued: QueuedEvent): boolean {
    return this.#queues.isFirst(queued);
  }

  /**
   * Takes up to `count` queued events to send at `now` (ms since 1970). Under `strict` these are the next ones in
   * order, which the courier sends one after the other.
   */
  take(count: number, now: number): QueuedEvent[] {
    const taken = this.#ready.splice(0, count);
    const [head] = taken;
    if (this.ordering === 'strict' && head !== undefined) {
      for (const queued of this.#events.values()) {
        if (queued.ordinal <= head.ordinal) continue;
        // A retry is due at a time of its own, and the events after it wait for it.
        if (taken.length >= count || hasRow(queued)) break;
        taken.push(queued);
      }
    }
    for (const queued of taken) send(queued, now);
    return taken;
  }

  /** Puts back an event that was taken and not sent after all. */
  requeue(queued: QueuedEvent): void {
    queued.state = atRest(queued);
    if (hasRow(queued) || !this.#queues.isFirst(queued)) return;
    const at = this.#ready.findIndex(other => other.ordinal > queued.ordinal);
    this.#ready.splice(at < 0 ? this.#ready.length : at, 0, queued);
  }

  /** An event is delivered, dead or erased: the cursor can pass it, and those that waited for it alone are ready. */
  settle(queued: QueuedEvent): void {
    this.#events.delete(queued.sequence);
    if (!isSending(queued)) this.#ready = this.#ready.filter(other => other !== queued);
    this.#trail.settle(queued);
    for (const next of this.#queues.remove(queued)) {
      if (!isSending(next) && !hasRow(next) && this.#queues.isFirst(next)) this.#ready.push(next);
    }
  }

  /** An event failed and has a row now: it still holds back its keys, but not the cursor. */
  retryLater(queued: QueuedEvent): void {
    queued.state = { kind: 'retrying' };
    this.#trail.settle(queued);
    // Without keys no event waits for it, so its row is enough.
    if (queued.keys.length === 0) this.#events.delete(queued.sequence);
  }

  /**
   * The oldest part of the trail, to be stored so that the cursor can pass it; empty unless the trail is full and
   * nothing is ready. `sending`: deliveries that run for long, to be stored in rows. `parked`: events that wait for
   * others, to be stored under their first key. It stops at a delivery that has not run for long, as that ends soon.
   */
  overflow(now: number): { sending: QueuedEvent[]; parked: { queued: QueuedEvent; key: string }[] } {
    const sending: QueuedEvent[] = [];
    const parked: { queued: QueuedEvent; key: string }[] = [];
    if (this.overflowsAt(now) !== now) return { sending, parked };
    this.#trail.settleOldest(queued => {
      if (this.#storableAt(queued, now) > now) return false;
      if (queued.state.kind === 'sending') {
        queued.state = { ...queued.state, from: { kind: 'retrying' } };
        sending.push(queued);
      } else {
        const key = queued.keys[0] ?? NO_KEY;
        queued.state = { kind: 'parked', key };
        parked.push({ queued, key });
      }
      return true;
    });
    return { sending, parked };
  }

  /** When `overflow` will have something to store, ms since 1970: `now` when it has, null for never. */
  overflowsAt(now: number): number | null {
    if (!this.#trail.isFull || this.#ready.length > 0) return null;
    const { oldest } = this.#trail;
    return oldest === null ? null : this.#storableAt(oldest, now);
  }

  #storableAt(queued: QueuedEvent, now: number): number {
    if (queued.state.kind === 'sending') return Math.max(now, queued.state.since + SLOW_MS);
    return this.#queues.isFirst(queued) ? Number.POSITIVE_INFINITY : now;
  }

  /**
   * Removes the events before `firstSequence`, which retention dropped. `waiting`: sequences of queued events that were
   * not settled. `unread`: sequences that the scan had not reached. Events being sent stay until their delivery ends.
   */
  drop(firstSequence: number): { waiting: number[]; unread: SequenceRange[] } {
    const gone = [...this.#events.values()].filter(
      queued => queued.sequence < firstSequence && !isSending(queued),
    );
    for (const queued of gone) this.settle(queued);
    const waiting = gone.map(({ sequence }) => sequence);
    const [from, to] = [this.scan.sequence + 1, firstSequence - 1];
    const unread = from > to ? [] : without([from, to], this.#settledBefore);
    for (const one of this.#settledBefore) if (one < firstSequence) this.#settledBefore.delete(one);
    // Whoever follows the chain is to see that something is missing.
    if (from <= to) this.#trail.skip({ ...this.scan, sequence: to, previous: to });
    return { waiting, unread };
  }
}
