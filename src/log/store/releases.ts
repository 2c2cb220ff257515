/** Releases: held events that entered the feed after their acceptance, and their places in it. 1 row each. */
import { write } from './write';

export type Release = {
  /** 1, 2, 3 … per webhook. */
  position: number;
  /** In the feed, it stands right after the event with this sequence. */
  afterSequence: number;
  /** The event that was released. */
  sequence: number;
};

/** The releases of a webhook. Methods that write run in the caller's transaction. */
export class Releases {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add({ position, afterSequence, sequence }: Release): void {
    write(
      this.#sql,
      'INSERT INTO releases (position, after_sequence, sequence) VALUES (?, ?, ?)',
      position,
      afterSequence,
      sequence,
    );
  }

  /** The releases after a position, ascending, at most `limit`. */
  after(position: number, limit: number): Release[] {
    return this.#sql
      .exec<{ position: number; after_sequence: number; sequence: number }>(
        'SELECT position, after_sequence, sequence FROM releases WHERE position > ? ORDER BY position LIMIT ?',
        position,
        limit,
      )
      .toArray()
      .map(row => ({ position: row.position, afterSequence: row.after_sequence, sequence: row.sequence }));
  }

  /** The position of the last release that stands before the event with this sequence; 0 for none. */
  lastBefore(sequence: number): number {
    const [row] = this.#sql
      .exec<{ position: number | null }>(
        'SELECT max(position) AS position FROM releases WHERE after_sequence < ?',
        sequence,
      )
      .toArray();
    return row?.position ?? 0;
  }

  /** The events that were released last, by sequence. */
  latest(limit: number): number[] {
    return this.#sql
      .exec<{ sequence: number }>('SELECT sequence FROM releases ORDER BY position DESC LIMIT ?', limit)
      .toArray()
      .map(row => row.sequence);
  }

  /** Deletes the releases of events before `firstSequence`, which were dropped. */
  prune(firstSequence: number): void {
    this.#sql.exec('DELETE FROM releases WHERE sequence < ?', firstSequence);
  }
}
