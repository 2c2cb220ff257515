/**
 * Queued events that wait behind a failing one of the same key and that the cursor has passed. They are stored in one
 * row per key, not one per event.
 *
 * A row is rewritten when events are added to it, and when half of its events are done. In between, how far each key
 * is done is stored in the document that every flush writes anyway (`progress`). So 599 events that left one after the
 * other wrote 10 rows of their key. Rewriting the row with every flush wrote 600.
 */
import type { BlockedKeyRows, Waiting } from '../store/blocked-key-rows';

/**
 * Keys of a destination whose progress is stored beside the cursor, at most: of all destinations they share one row. The rows
 * of the others are rewritten, as if half of each was done.
 */
const MAX_PROGRESS = 100;

/** `written`: how many events the row has. `doneOrdinal`: up to which ordinal the events of the key are done. */
type Key = { waiting: Waiting[]; written: number; doneOrdinal: number };

/** The blocked keys of one destination. */
export class BlockedKeys {
  #rows: BlockedKeyRows;
  #destinationId: string;
  #keys = new Map<string, Key>();
  #dirty = new Set<string>();

  /** @param progress per key, the ordinal up to which it is done, as `progress` gave it */
  constructor(rows: BlockedKeyRows, destinationId: string, progress: readonly [string, number][]) {
    this.#rows = rows;
    this.#destinationId = destinationId;
    const done = new Map(progress);
    for (const { key, waiting: stored } of rows.of(destinationId)) {
      const doneOrdinal = done.get(key) ?? 0;
      const waiting = stored.filter(([ordinal]) => ordinal > doneOrdinal);
      this.#keys.set(key, { waiting, written: stored.length, doneOrdinal });
      if (waiting.length === 0) this.#dirty.add(key);
    }
  }

  /** All events that wait, with the key they are stored under. */
  *all(): Generator<{ key: string; ordinal: number; sequence: number; previous: number }> {
    for (const [key, { waiting }] of this.#keys) {
      for (const [ordinal, sequence, previous] of waiting) yield { key, ordinal, sequence, previous };
    }
  }

  /** Adds an event behind those that wait under its key. */
  add(key: string, event: { ordinal: number; sequence: number; previous: number }): void {
    const entry = this.#keys.get(key) ?? { waiting: [], written: 0, doneOrdinal: 0 };
    entry.waiting.push([event.ordinal, event.sequence, event.previous]);
    this.#keys.set(key, entry);
    this.#dirty.add(key);
  }

  /** Removes an event that is settled or has a row of its own. */
  done(key: string, ordinal: number): void {
    const entry = this.#keys.get(key);
    if (entry === undefined) return;
    const isFirst = entry.waiting[0]?.[0] === ordinal;
    entry.waiting = entry.waiting.filter(([waitingOrdinal]) => waitingOrdinal !== ordinal);
    // Events of a key end in their order, unless the destination has another ordering by now.
    if (isFirst) entry.doneOrdinal = ordinal;
    if (!isFirst || entry.waiting.length <= entry.written / 2) this.#dirty.add(key);
  }

  /**
   * Stores each key that one of these events waits under by another name: what it names may be what was erased. Gives the new name
   * of each event that waits under one.
   */
  rename(erased: ReadonlySet<number>): Map<number, string> {
    const renamed = new Map<number, string>();
    for (const [key, { waiting, doneOrdinal }] of [...this.#keys]) {
      const first = waiting.find(([, sequence]) => erased.has(sequence))?.[1];
      if (first === undefined) continue;
      const name = `redacted:${first}`;
      this.#keys.set(name, { waiting, written: 0, doneOrdinal });
      this.#dirty.add(name);
      for (const [, sequence] of waiting) renamed.set(sequence, name);
      // Its row goes when it is saved next.
      this.#keys.set(key, { waiting: [], written: waiting.length, doneOrdinal });
      this.#dirty.add(key);
    }
    return renamed;
  }

  /** Removes the events before `firstSequence`, which retention dropped. */
  drop(firstSequence: number): void {
    for (const [key, entry] of this.#keys) {
      const left = entry.waiting.filter(([, sequence]) => sequence >= firstSequence);
      if (left.length === entry.waiting.length) continue;
      entry.waiting = left;
      this.#dirty.add(key);
    }
  }

  /** Per key, up to which ordinal it is done, where its row has more: to be stored with the cursor. */
  get progress(): [string, number][] {
    return [...this.#keys]
      .filter(([, { waiting, written }]) => waiting.length < written)
      .map(([key, { doneOrdinal }]): [string, number] => [key, doneOrdinal]);
  }

  /** Writes the keys that changed enough. In the caller's transaction, before `progress` is read. */
  save(): void {
    for (const [key] of this.progress.slice(MAX_PROGRESS)) this.#dirty.add(key);
    for (const key of this.#dirty) {
      const entry = this.#keys.get(key);
      if (entry === undefined) continue;
      const { waiting, written } = entry;
      if (waiting.length === 0) {
        this.#rows.delete(this.#destinationId, key);
        this.#keys.delete(key);
        continue;
      }
      if (written > 0) this.#rows.update(this.#destinationId, key, waiting);
      else this.#rows.insert(this.#destinationId, key, waiting);
      entry.written = waiting.length;
    }
    this.#dirty.clear();
  }
}
