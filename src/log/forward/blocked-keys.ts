/**
 * Events that wait behind a failing one of the same key, once the cursor has passed them: one row per key, not one
 * per event.
 *
 * A row is rewritten when events are added to it and when half of it is done. In between, how far the key is done
 * travels in the document that every flush writes anyway (`progress`). So 599 events that left one after the other wrote
 * 10 rows of their key; rewriting the row with every flush wrote 600.
 */
import type { BlockedKeyRows, Waiting } from '../store/blocked-key-rows';

type Key = { waiting: Waiting[]; written: number; doneOrdinal: number };

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

  /** All that wait, with the key they are stored under. */
  *all(): Generator<{ key: string; ordinal: number; sequence: number; previous: number }> {
    for (const [key, { waiting }] of this.#keys) {
      for (const [ordinal, sequence, previous] of waiting) yield { key, ordinal, sequence, previous };
    }
  }

  add(key: string, event: { ordinal: number; sequence: number; previous: number }): void {
    const known = this.#keys.get(key) ?? { waiting: [], written: 0, doneOrdinal: 0 };
    known.waiting.push([event.ordinal, event.sequence, event.previous]);
    this.#keys.set(key, known);
    this.#dirty.add(key);
  }

  /** An event needs its place no more: it is settled, or has a row of its own. */
  done(key: string, ordinal: number): void {
    const known = this.#keys.get(key);
    if (known === undefined) return;
    const inOrder = known.waiting[0]?.[0] === ordinal;
    known.waiting = known.waiting.filter(([other]) => other !== ordinal);
    // Events of a key end in their order, unless the destination has another ordering by now.
    if (inOrder) known.doneOrdinal = ordinal;
    if (!inOrder || known.waiting.length <= known.written / 2) this.#dirty.add(key);
  }

  /** Forgets what waits before `firstSequence`: those events have been dropped. */
  drop(firstSequence: number): void {
    for (const [key, known] of this.#keys) {
      const left = known.waiting.filter(([, sequence]) => sequence >= firstSequence);
      if (left.length === known.waiting.length) continue;
      known.waiting = left;
      this.#dirty.add(key);
    }
  }

  /** What to store with the cursor: how far keys are done beyond what their rows say. */
  get progress(): [string, number][] {
    return [...this.#keys]
      .filter(([, { waiting, written }]) => waiting.length < written)
      .map(([key, { doneOrdinal }]): [string, number] => [key, doneOrdinal]);
  }

  /** Writes the keys that changed enough. Inside the caller's transaction; before `progress` is read. */
  save(): void {
    for (const key of this.#dirty) {
      const known = this.#keys.get(key);
      if (known === undefined) continue;
      const { waiting, written } = known;
      if (waiting.length === 0) {
        this.#rows.delete(this.#destinationId, key);
        this.#keys.delete(key);
        continue;
      }
      if (written > 0) this.#rows.update(this.#destinationId, key, waiting);
      else this.#rows.insert(this.#destinationId, key, waiting);
      known.written = waiting.length;
    }
    this.#dirty.clear();
  }
}
