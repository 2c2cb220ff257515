/**
 * One destination's way through the feed: what has been passed, what waits for whom, what is being sent.
 *
 * The stored cursor only passes events that are settled, or kept in an exception row or under a blocked key. The events
 * between the cursor and the scan are the trail; which of them are settled is stored with the cursor. An object that starts
 * anew scans again from the cursor, and passes those that are settled. So only what ended after the last flush is
 * delivered a second time, after a crash: with the same `webhook-id` and the same `gapless-previous`. No I/O: the owner
 * reads the feed and writes what `overflow` says.
 */
import type { Ordering } from '../../subscriptions/webhook';
import type { FeedPosition } from '../contract/events';
import type { FeedEntry } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';
import { KeyQueues } from './key-queues';
import { atRest, hasRow, isSending, keysOf, NO_KEY, type QueuedEvent, send } from './queued-event';
import { rangesOf, type SequenceRange, sequencesOf, without } from './settled-ahead';
import { type Cursor, Trail } from './trail';

/** Events that may wait behind blocked keys; beyond, the scan stops until some can go. */
export const MAX_HELD_BACK = 10_000;
/** A strict destination has no use for more: its events leave one by one. */
const MAX_STRICT_AHEAD = 64;
/** When the trail is full, a delivery that runs longer than this gets a row, so that the cursor can move on. */
const SLOW_MS = 2000;
const NO_FATES: ReadonlyMap<number, 'retrying' | 'dead'> = new Map();

export class DeliveryQueue {
  readonly ordering: Ordering;
  #trail: Trail;
  #queues = new KeyQueues<QueuedEvent>();
  /** Every event that is not settled, except the retries of a parallel destination, which only their rows know. */
  #events = new Map<number, QueuedEvent>();
  /** Events without a row that nothing holds back, in feed order. */
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

  /** Where the scan stands: read the feed from here. */
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

  get busy(): boolean {
    return this.#events.size > 0;
  }

  /** Whether what was delivered may hold back others until it is settled. */
  get awaitsFlush(): boolean {
    if (this.#trail.isHalfFull) return true;
    if (this.ordering === 'parallel') return false;
    for (const queued of this.#events.values()) if (!isSending(queued)) return true;
    return false;
  }

  get ready(): number {
    return this.#ready.length;
  }

  /** How many more entries of the feed the scan may pass, when `room` deliveries could start. */
  scanRoom(room: number): number {
    if (this.#ready.length >= room) return 0;
    const most = this.ordering === 'strict' ? MAX_STRICT_AHEAD : MAX_HELD_BACK;
    return Math.max(0, Math.min(this.#trail.room, most - this.#events.size));
  }

  /**
   * Moves the scan over `entries`, which follow it in the feed.
   * @param fates of events that have a row already, because the scan was here before
   */
  pass(
    entries: readonly FeedEntry[],
    wants: (event: StoredEvent) => boolean,
    fates: ReadonlyMap<number, 'retrying' | 'dead'> = NO_FATES,
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

  /** The feed was read to its end, whether or not what stood last is still there. */
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

  find(sequence: number): QueuedEvent | null {
    return this.#events.get(sequence) ?? null;
  }

  /** Whether nothing of the same keys has to go before it. */
  isFirst(queued: QueuedEvent): boolean {
    return this.#queues.isFirst(queued);
  }

  /**
   * Takes up to `count` events that may go now (ms since 1970). A strict destination gives its next ones, to go one
   * after the other.
   */
  take(count: number, now: number): QueuedEvent[] {
    const taken = this.#ready.splice(0, count);
    const [head] = taken;
    if (this.ordering === 'strict' && head !== undefined) {
      for (const queued of this.#events.values()) {
        if (queued.ordinal <= head.ordinal) continue;
        // A retry has its own time, and those after it wait for it.
        if (taken.length >= count || hasRow(queued)) break;
        taken.push(queued);
      }
    }
    for (const queued of taken) send(queued, now);
    return taken;
  }

  /** An event that was taken did not start after all. */
  requeue(queued: QueuedEvent): void {
    queued.state = atRest(queued);
    if (hasRow(queued) || !this.#queues.isFirst(queued)) return;
    const at = this.#ready.findIndex(other => other.ordinal > queued.ordinal);
    this.#ready.splice(at < 0 ? this.#ready.length : at, 0, queued);
  }

  /** Delivered or dead: it is done, and whoever waited for it may go. */
  settle(queued: QueuedEvent): void {
    this.#events.delete(queued.sequence);
    this.#trail.settle(queued);
    for (const next of this.#queues.remove(queued)) {
      if (!isSending(next) && !hasRow(next) && this.#queues.isFirst(next)) this.#ready.push(next);
    }
  }

  /** It failed and is kept in a row: it still holds back its keys, but not the cursor. */
  retryLater(queued: QueuedEvent): void {
    queued.state = { kind: 'retrying' };
    this.#trail.settle(queued);
    // Without keys nobody waits for it: the row alone is enough.
    if (queued.keys.length === 0) this.#events.delete(queued.sequence);
  }

  /**
   * When the trail is full and nothing is ready, its oldest part is to be stored so that the cursor can pass it: what is
   * being sent for long in rows, what waits under its first key. Others will have ended soon.
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

  /** When `overflow` has something to store, ms since 1970, `now` for at once; null where it will not be needed. */
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
   * Events before `firstSequence` are gone, and nobody waits for them any more: those that were not settled are
   * `waiting`, those the scan had not come to are `unread`. What is being sent is left to its end.
   */
  drop(firstSequence: number): { waiting: number[]; unread: SequenceRange[] } {
    const gone = [...this.#events.values()].filter(
      queued => queued.sequence < firstSequence && !isSending(queued),
    );
    for (const queued of gone) this.settle(queued);
    this.#ready = this.#ready.filter(({ sequence }) => this.#events.has(sequence));
    const waiting = gone.map(({ sequence }) => sequence);
    const [from, to] = [this.scan.sequence + 1, firstSequence - 1];
    const unread = from > to ? [] : without([from, to], this.#settledBefore);
    for (const one of this.#settledBefore) if (one < firstSequence) this.#settledBefore.delete(one);
    // Whoever follows the chain is to see that something is missing.
    if (from <= to) this.#trail.skip({ ...this.scan, sequence: to, previous: to });
    return { waiting, unread };
  }
}
