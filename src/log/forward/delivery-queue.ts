/**
 * One destination's way through the feed: what has been passed, what waits for whom, what is under way.
 *
 * The stored cursor only passes events that are settled, or kept in an exception row or under a blocked key. After a
 * crash the scan starts again at the cursor, so at most `MAX_TRAIL` events are delivered a second time, with the same
 * `webhook-id` and the same `gapless-previous`; those that have a row already are known by it and not begun anew. No
 * I/O: the owner reads the feed and writes what `overflow` says.
 */
import type { Ordering } from '../../subscriptions/webhook';
import type { StoredEvent } from '../store/event-tables';
import type { FeedEntry, FeedPosition } from '../store/feed';
import { KeyQueues } from './key-queues';

/** How far the scan may run ahead of the stored cursor: the bound on redeliveries after a crash. */
export const MAX_TRAIL = 512;
/** Events that may wait behind blocked keys; beyond, the scan stops until some can go. */
export const MAX_HELD_BACK = 10_000;
/** A strict lane has no use for more: they leave one by one. */
const MAX_STRICT_AHEAD = 64;
/** Who is under way for longer is not waited for when the trail is full. */
const SLOW_MS = 2000;
/** The key of events without any: they share one order. */
const NO_KEY = '';
const STRICT_KEY = '*';
const NO_FATES: ReadonlyMap<number, 'retrying' | 'dead'> = new Map();

export type Cursor = FeedPosition & {
  /** Sequence of the last event that this destination wanted; 0 before the first. */
  previous: number;
  /** How many events it wanted so far: their order, also among those let go late. */
  ordinal: number;
};

/** An event for this destination, with what was fixed when the scan passed it. */
export type Task = {
  readonly sequence: number;
  readonly ordinal: number;
  readonly previous: number;
  readonly keys: readonly string[];
  /** The event as the scan read it, while it is likely to be needed soon. */
  event: StoredEvent | null;
  /** Since when it is under way with a courier, ms since 1970; null when it is not. */
  flyingSince: number | null;
  /** It has an exception row: a retry, or a first attempt that the cursor has passed. */
  hasRow: boolean;
  /** The key under whose row it is stored while it waits, or null. */
  storedUnder: string | null;
};

export const newTask = (
  sequence: number,
  ordinal: number,
  previous: number,
  keys: readonly string[],
): Task => ({
  sequence,
  ordinal,
  previous,
  keys,
  event: null,
  flyingSince: null,
  hasRow: false,
  storedUnder: null,
});

type Slot = { task: Task; settled: boolean; after: Cursor };

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

export class Lane {
  readonly ordering: Ordering;
  #cursor: Cursor;
  #scan: Cursor;
  #slots: Slot[] = [];
  #queues = new KeyQueues<Task>();
  /** Every task that is not settled, except the retries of a parallel lane, which only their rows know. */
  #tasks = new Map<number, Task>();
  /** Tasks without a row that nothing holds back, in feed order. */
  #ready: Task[] = [];

  /** @param restored tasks that the cursor has passed: with a row, or stored under a blocked key */
  constructor(ordering: Ordering, cursor: Cursor, restored: readonly Task[]) {
    this.ordering = ordering;
    this.#cursor = cursor;
    this.#scan = cursor;
    for (const task of [...restored].sort((a, b) => a.ordinal - b.ordinal)) this.#add(task);
  }

  /** Where the scan stands: read the feed from here. */
  get scan(): Cursor {
    return this.#scan;
  }

  /** Where a crash would start again: to be stored. */
  get cursor(): Cursor {
    return this.#cursor;
  }

  get busy(): boolean {
    return this.#tasks.size > 0;
  }

  /** Whether what was delivered may hold back others until it is settled. */
  get awaitsFlush(): boolean {
    if (this.#slots.length >= MAX_TRAIL / 2) return true;
    if (this.ordering === 'parallel') return false;
    for (const { flyingSince } of this.#tasks.values()) if (flyingSince === null) return true;
    return false;
  }

  get ready(): number {
    return this.#ready.length;
  }

  /** How many more entries of the feed the scan may pass, when `room` deliveries could start. */
  scanRoom(room: number): number {
    if (this.#ready.length >= room) return 0;
    const most = this.ordering === 'strict' ? MAX_STRICT_AHEAD : MAX_HELD_BACK;
    return Math.max(0, Math.min(MAX_TRAIL - this.#slots.length, most - this.#tasks.size));
  }

  /**
   * Moves the scan over `entries`, which follow it in the feed.
   * @param fates of events that have a row already, because the scan was here before a crash
   */
  pass(
    entries: readonly FeedEntry[],
    wants: (event: StoredEvent) => boolean,
    fates: ReadonlyMap<number, 'retrying' | 'dead'> = NO_FATES,
  ): void {
    for (const { at, event } of entries) {
      const { previous, ordinal } = this.#scan;
      if (event === null || !wants(event)) {
        this.#skip({ ...this.#scan, ...at });
        continue;
      }
      const { sequence } = event;
      const task = newTask(sequence, ordinal + 1, previous, keysOf(this.ordering, event.entityKeys));
      this.#scan = { ...at, previous: sequence, ordinal: ordinal + 1 };
      const fate = fates.get(sequence);
      if (fate === undefined) task.event = event;
      task.hasRow = fate === 'retrying';
      this.#slots.push({ task, settled: fate !== undefined, after: this.#scan });
      if (fate === undefined || (task.hasRow && task.keys.length > 0)) this.#add(task);
      if (fate !== undefined) this.#advance();
    }
  }

  /** The feed was read to its end, whether or not what stood last is still there. */
  passAll({ sequence, release }: FeedPosition): void {
    const { scan } = this;
    if (scan.sequence >= sequence && scan.release >= release) return;
    this.#skip({
      ...scan,
      sequence: Math.max(scan.sequence, sequence),
      release: Math.max(scan.release, release),
    });
  }

  #add(task: Task): void {
    this.#tasks.set(task.sequence, task);
    this.#queues.add(task);
    if (!task.hasRow && this.#queues.isFirst(task)) this.#ready.push(task);
  }

  find(sequence: number): Task | null {
    return this.#tasks.get(sequence) ?? null;
  }

  /** Whether nothing of the same keys has to go before it. */
  isFirst(task: Task): boolean {
    return this.#queues.isFirst(task);
  }

  /**
   * Takes up to `count` tasks that may go now (ms since 1970). A strict lane gives its next ones, to go one after the
   * other.
   */
  take(count: number, now: number): Task[] {
    const taken = this.#ready.splice(0, count);
    const [head] = taken;
    if (this.ordering === 'strict' && head !== undefined) {
      for (const task of this.#tasks.values()) {
        if (task.ordinal <= head.ordinal) continue;
        // A retry has its own time, and those after it wait for it.
        if (taken.length >= count || task.hasRow) break;
        taken.push(task);
      }
    }
    for (const task of taken) task.flyingSince = now;
    return taken;
  }

  /** A task that was taken did not start after all. */
  giveBack(task: Task): void {
    task.flyingSince = null;
    if (task.hasRow || !this.#queues.isFirst(task)) return;
    const at = this.#ready.findIndex(other => other.ordinal > task.ordinal);
    this.#ready.splice(at < 0 ? this.#ready.length : at, 0, task);
  }

  /** Delivered or dead: it is done, and whoever waited for it may go. */
  settle(task: Task): void {
    task.flyingSince = null;
    this.#tasks.delete(task.sequence);
    this.#pass(task);
    for (const next of this.#queues.remove(task)) {
      if (next.flyingSince === null && !next.hasRow && this.#queues.isFirst(next)) this.#ready.push(next);
    }
  }

  /** It failed and is kept in a row: it still holds back its keys, but not the cursor. */
  retryLater(task: Task): void {
    task.flyingSince = null;
    task.hasRow = true;
    this.#pass(task);
    // Without keys nobody waits for it: the row alone is enough.
    if (task.keys.length === 0) this.#tasks.delete(task.sequence);
  }

  #pass(task: Task): void {
    const slot = this.#slots.find(other => other.task === task);
    if (slot === undefined) return;
    slot.settled = true;
    this.#advance();
  }

  #advance(): void {
    let passed = 0;
    for (const slot of this.#slots) {
      if (!slot.settled) break;
      this.#cursor = slot.after;
      passed++;
    }
    if (passed > 0) this.#slots.splice(0, passed);
  }

  /**
   * When the trail is full and nothing is ready, its oldest part is to be stored so that the cursor can pass it: those
   * under way for long in rows, those that wait under their first key. Others will have ended soon.
   */
  overflow(now: number): { flying: Task[]; waiting: Task[] } {
    const flying: Task[] = [];
    const waiting: Task[] = [];
    if (this.overflowsAt(now) !== now) return { flying, waiting };
    for (const slot of this.#slots) {
      const { task } = slot;
      if (!slot.settled) {
        if (this.#storableAt(task, now) > now) break;
        if (task.flyingSince !== null) {
          task.hasRow = true;
          flying.push(task);
        } else {
          task.storedUnder = task.keys[0] ?? NO_KEY;
          task.event = null;
          waiting.push(task);
        }
      }
      slot.settled = true;
    }
    this.#advance();
    return { flying, waiting };
  }

  /** When `overflow` has something to store, ms since 1970, `now` for at once; null where it will not be needed. */
  overflowsAt(now: number): number | null {
    if (this.#slots.length < MAX_TRAIL || this.#ready.length > 0) return null;
    const oldest = this.#slots.find(slot => !slot.settled);
    return oldest === undefined ? null : this.#storableAt(oldest.task, now);
  }

  #storableAt(task: Task, now: number): number {
    if (task.flyingSince !== null) return Math.max(now, task.flyingSince + SLOW_MS);
    return this.#queues.isFirst(task) ? Number.POSITIVE_INFINITY : now;
  }

  /**
   * Events before `firstSequence` are gone, and nobody waits for them any more: those that were not settled are
   * `waiting`, those the scan had not come to are `unread`. What is under way is left to its end.
   */
  drop(firstSequence: number): { waiting: number[]; unread: { from: number; to: number } | null } {
    const gone = [...this.#tasks.values()].filter(
      ({ sequence, flyingSince }) => sequence < firstSequence && flyingSince === null,
    );
    for (const task of gone) this.settle(task);
    this.#ready = this.#ready.filter(({ sequence }) => this.#tasks.has(sequence));
    const waiting = gone.map(({ sequence }) => sequence);
    const [from, to] = [this.#scan.sequence + 1, firstSequence - 1];
    if (from > to) return { waiting, unread: null };
    // Whoever follows the chain is to see that something is missing.
    this.#skip({ ...this.#scan, sequence: to, previous: to });
    return { waiting, unread: { from, to } };
  }

  #skip(to: Cursor): void {
    this.#scan = to;
    const last = this.#slots.at(-1);
    if (last === undefined) this.#cursor = to;
    else last.after = to;
  }
}
