/**
 * Events that wait behind a failing one of the same key, once the cursor has passed them: one row per key, not one
 * per event. A row is rewritten when events are added and when half of it is done; in between, how far it is done
 * travels in the row that every flush writes anyway.
 */
import type { Task } from '../forward/delivery-queue';

type Waiting = [ordinal: number, sequence: number, previous: number];
type Key = { waiting: Waiting[]; written: number; doneOrdinal: number };

export class BlockedKeys {
  #sql: SqlStorage;
  #destinationId: string;
  #keys = new Map<string, Key>();
  #dirty = new Set<string>();

  /** @param progress per key, the ordinal up to which it is done, as `progress` gave it */
  constructor(sql: SqlStorage, destinationId: string, progress: readonly [string, number][]) {
    this.#sql = sql;
    this.#destinationId = destinationId;
    const done = new Map(progress);
    const rows = sql.exec<{ key: string; tasks: string }>(
      'SELECT key, tasks FROM blocked_keys WHERE destination_id = ?',
      destinationId,
    );
    for (const { key, tasks } of rows) {
      const stored = JSON.parse(tasks) as Waiting[];
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

  add(key: string, task: Task): void {
    const known = this.#keys.get(key) ?? { waiting: [], written: 0, doneOrdinal: 0 };
    known.waiting.push([task.ordinal, task.sequence, task.previous]);
    this.#keys.set(key, known);
    this.#dirty.add(key);
  }

  /** A task needs its place no more: it is settled, or has a row of its own. */
  done(key: string, ordinal: number): void {
    const known = this.#keys.get(key);
    if (known === undefined) return;
    const inOrder = known.waiting[0]?.[0] === ordinal;
    known.waiting = known.waiting.filter(([other]) => other !== ordinal);
    // Tasks of a key end in their order, unless the destination has another ordering by now.
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
        this.#sql.exec(
          'DELETE FROM blocked_keys WHERE destination_id = ? AND key = ?',
          this.#destinationId,
          key,
        );
        this.#keys.delete(key);
        continue;
      }
      const tasks = JSON.stringify(waiting);
      if (written > 0) {
        this.#sql.exec(
          'UPDATE blocked_keys SET tasks = ? WHERE destination_id = ? AND key = ?',
          tasks,
          this.#destinationId,
          key,
        );
      } else {
        this.#sql.exec(
          'INSERT INTO blocked_keys (destination_id, key, tasks) VALUES (?, ?, ?)',
          this.#destinationId,
          key,
          tasks,
        );
      }
      known.written = waiting.length;
    }
    this.#dirty.clear();
  }

  /** Forgets a destination that was deleted. */
  static forget(sql: SqlStorage, destinationId: string): void {
    sql.exec('DELETE FROM blocked_keys WHERE destination_id = ?', destinationId);
  }
}
