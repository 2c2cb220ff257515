/**
 * The gap list: holes that outlived their grace, and what became of them.
 *
 * Follows the tracker's changes inside the same transaction, so the list and the tracker never disagree. A hole that
 * closes within its grace never gets a row. Ends of a gap are looked up when it is read, not stored. A merged range
 * and an id filled inside it may begin with the same id; the key tells them apart by their end.
 */
import type { GapStatus } from './contract';
import type { Hole } from './holes';
import type { Aged, TrackerChange } from './tracker';

export type GapRow = {
  epoch: number;
  from_id: number;
  to_id: number;
  missing: number;
  status: GapStatus;
  detected_at: number;
  resolved_at: number | null;
};

export class GapRows {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** An id filled a hole, or holes were merged or dropped. `now` in ms since 1970. */
  apply(change: TrackerChange, now: number): void {
    if (change.kind === 'merged') {
      for (const hole of [change.lower, change.upper]) this.#delete(change.epoch, hole.from);
      if (change.into.status !== 'young') this.#insert(change.epoch, change.into, null);
      return;
    }
    if (change.hole.status === 'young') return;
    this.#delete(change.epoch, change.hole.from);
    if (change.kind === 'dropped') return;
    for (const rest of change.rest) this.#insert(change.epoch, rest, null);
    const filled = { ...change.hole, from: change.id, to: change.id, missing: 1 };
    this.#insert(change.epoch, filled, now);
  }

  /** Holes changed their status with time. */
  age({ epoch, holes }: Aged): void {
    for (const hole of holes) {
      if (hole.status === 'open') this.#insert(epoch, hole, null);
      else {
        this.#sql.exec(
          "UPDATE gaps SET status = ? WHERE epoch = ? AND from_id = ? AND status != 'filled'",
          hole.status,
          epoch,
          hole.from,
        );
      }
    }
  }

  /** An epoch closes: what it still misses has expired, also what was too young for the list. */
  close(epoch: number, holes: readonly Hole[]): void {
    for (const hole of holes) {
      this.#delete(epoch, hole.from);
      this.#insert(epoch, { ...hole, status: 'expired' }, null);
    }
  }

  /** All gaps or those of one status, ascending by epoch and id. */
  list(status: GapStatus | null): GapRow[] {
    const columns = 'epoch, from_id, to_id, missing, status, detected_at, resolved_at';
    return status === null
      ? this.#sql.exec<GapRow>(`SELECT ${columns} FROM gaps ORDER BY epoch, from_id, to_id`).toArray()
      : this.#sql
          .exec<GapRow>(`SELECT ${columns} FROM gaps WHERE status = ? ORDER BY epoch, from_id, to_id`, status)
          .toArray();
  }

  /**
   * Drops what is older than `cutoff` (ms since 1970) and will not change any more: filled entries, and expired ones
   * of epochs that are closed. `open` are the numbers of the others.
   */
  prune(cutoff: number, open: readonly number[]): void {
    this.#sql.exec('DELETE FROM gaps WHERE resolved_at < ?', cutoff);
    this.#sql.exec(
      `DELETE FROM gaps WHERE status = 'expired' AND detected_at < ?
       AND epoch NOT IN (SELECT value FROM json_each(?))`,
      cutoff,
      JSON.stringify(open),
    );
  }

  #insert(epoch: number, hole: Hole, filledAt: number | null): void {
    this.#sql.exec(
      `INSERT INTO gaps (epoch, from_id, to_id, missing, status, detected_at, resolved_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      epoch,
      hole.from,
      hole.to,
      hole.missing,
      filledAt === null ? hole.status : 'filled',
      hole.detectedAt,
      filledAt,
    );
  }

  #delete(epoch: number, from: number): void {
    this.#sql.exec("DELETE FROM gaps WHERE epoch = ? AND from_id = ? AND status != 'filled'", epoch, from);
  }
}
