/**
 * The gap list: holes that outlived their grace, and what became of them.
 *
 * Follows the tracker's changes inside the same transaction, so the list and the tracker never disagree. A hole that
 * closes within its grace never gets a row. Ends of a gap are looked up when it is read, not stored. A merged range
 * and an id filled inside it may begin with the same id; the key tells them apart by their end.
 */

import type { Resolved } from '../../numbering/close-gap';
import type { Hole } from '../../numbering/holes';
import type { Aged, TrackerChange } from '../../numbering/types';
import type { GapStatus } from '../contract/gaps';

export type GapRow = {
  epoch: number;
  from_id: number;
  to_id: number;
  missing: number;
  status: GapStatus;
  detected_at: number;
  resolved_at: number | null;
  note: string | null;
};

/** What an entry says about its end. */
type End = { resolvedAt: number | null; note: string | null };

const OPEN_END: End = { resolvedAt: null, note: null };

export class GapRows {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** An id filled a hole, or holes were merged or dropped. `now` in ms since 1970. */
  apply(change: TrackerChange, now: number): void {
    if (change.kind === 'merged') {
      for (const hole of [change.lower, change.upper]) this.#delete(change.epoch, hole.from);
      const end = change.into.status === 'resolved' ? { resolvedAt: now, note: null } : OPEN_END;
      if (change.into.status !== 'young') this.#insert(change.epoch, change.into, end);
      return;
    }
    if (change.hole.status === 'young') return;
    const end = change.hole.status === 'resolved' ? this.#endOf(change.epoch, change.hole) : OPEN_END;
    this.#delete(change.epoch, change.hole.from);
    if (change.kind === 'dropped') return;
    for (const rest of change.rest) this.#insert(change.epoch, rest, end);
    const filled = { ...change.hole, from: change.id, to: change.id, missing: 1 };
    this.#insert(change.epoch, filled, { resolvedAt: now, note: end.note }, 'filled');
  }

  /** A hole was closed by hand, or a part of it. */
  resolve(epoch: number, { hole, parts }: Resolved, end: End): void {
    this.#delete(epoch, hole.from);
    for (const part of parts) {
      if (part.status !== 'young') this.#insert(epoch, part, part.status === 'resolved' ? end : OPEN_END);
    }
  }

  /** Holes changed their status with time. */
  age({ epoch, holes }: Aged): void {
    for (const hole of holes) {
      if (hole.status === 'open') this.#insert(epoch, hole, OPEN_END);
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

  /** Ids above `highest` were not the epoch's after all. */
  forgetAbove(epoch: number, highest: number): void {
    this.#sql.exec('DELETE FROM gaps WHERE epoch = ? AND from_id > ?', epoch, highest);
  }

  /** An epoch closes: what it still misses has expired, also what was too young for the list. */
  close(epoch: number, holes: readonly Hole[]): void {
    for (const hole of holes) {
      if (hole.status === 'resolved') continue;
      this.#delete(epoch, hole.from);
      this.#insert(epoch, { ...hole, status: 'expired' }, OPEN_END);
    }
  }

  /** All gaps or those of one status, ascending by epoch and id. */
  list(status: GapStatus | null): GapRow[] {
    const columns = 'epoch, from_id, to_id, missing, status, detected_at, resolved_at, note';
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

  #endOf(epoch: number, hole: Hole): End {
    const [row] = this.#sql
      .exec<Pick<GapRow, 'resolved_at' | 'note'>>(
        "SELECT resolved_at, note FROM gaps WHERE epoch = ? AND from_id = ? AND status = 'resolved'",
        epoch,
        hole.from,
      )
      .toArray();
    return row === undefined ? OPEN_END : { resolvedAt: row.resolved_at, note: row.note };
  }

  #insert(epoch: number, hole: Hole, { resolvedAt, note }: End, status: GapStatus | 'young' = hole.status) {
    // An id that was filled by what turned out to be another numbering's may be missing again.
    this.#sql.exec(
      `INSERT OR REPLACE INTO gaps (epoch, from_id, to_id, missing, status, detected_at, resolved_at, note)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      epoch,
      hole.from,
      hole.to,
      hole.missing,
      status,
      hole.detectedAt,
      resolvedAt,
      note,
    );
  }

  #delete(epoch: number, from: number): void {
    this.#sql.exec("DELETE FROM gaps WHERE epoch = ? AND from_id = ? AND status != 'filled'", epoch, from);
  }
}
