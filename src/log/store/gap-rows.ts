/**
 * The gap list: holes that outlived their grace, and what became of them.
 *
 * It follows the tracker's changes in the same transaction, so the two never disagree. A hole that closes within its
 * grace gets no row. The events beside a gap are not stored; they are looked up when the list is read.
 * A merged range and an id filled inside it may begin with the same id, so the last id is part of the key too.
 */

import { type Hole, type HoleStatus, isListed } from '../../numbering/holes';
import type { Aged, Resolved, TrackerChange } from '../../numbering/types';
import type { GapStatus } from '../contract/gaps';
import { ChangedGaps, type GapKey } from './changed-gaps';
import { write } from './write';

/** A row of the table. `from_id` and `to_id` are both included; times in ms since 1970. */
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

const COLUMNS = 'epoch, from_id, to_id, missing, status, detected_at, resolved_at, note';

/** When and why a gap was closed; nulls while it is not. */
type End = { resolvedAt: number | null; note: string | null };

const BETWEEN_NOTES = '; ';
const MAX_NOTES_CHARS = 2000;

const OPEN_END: End = { resolvedAt: null, note: null };

/** The gap list of a webhook. Methods that write run in the caller's transaction. */
export class GapRows {
  /** For who listens to the webhook. */
  readonly changed = new ChangedGaps();
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Takes over that an id filled a hole, or that holes were merged or dropped. `now` in ms since 1970. */
  apply(change: TrackerChange, now: number): void {
    if (change.kind === 'merged') {
      const { epoch, lower, upper, into } = change;
      const end = into.status === 'resolved' ? this.#endOfBoth(epoch, lower, upper) : OPEN_END;
      for (const hole of [lower, upper]) this.#delete(epoch, hole.from);
      if (isListed(into)) this.#insert(epoch, into, end);
      return;
    }
    if (!isListed(change.hole)) return;
    const end = change.hole.status === 'resolved' ? this.#endOf(change.epoch, change.hole) : OPEN_END;
    this.#delete(change.epoch, change.hole.from);
    if (change.kind === 'dropped') return;
    for (const rest of change.rest) this.#insert(change.epoch, rest, end);
    const filled = { ...change.hole, from: change.id, to: change.id, missing: 1 };
    this.#insert(change.epoch, filled, { resolvedAt: now, note: end.note }, 'filled');
  }

  /** Takes over that a hole, or a part of it, was closed by hand. */
  resolve(epoch: number, { hole, parts }: Resolved, end: End): void {
    this.#delete(epoch, hole.from);
    for (const part of parts) {
      if (part.status !== 'young') this.#insert(epoch, part, part.status === 'resolved' ? end : OPEN_END);
    }
  }

  /** Takes over that a hole opened, expired, became uncertain or sure, as a whole or in parts. */
  age({ epoch, hole, parts }: Aged): void {
    if (isListed(hole)) this.#delete(epoch, hole.from);
    for (const part of parts) if (isListed(part)) this.#insert(epoch, part, OPEN_END);
  }

  /** Deletes the entries above `highest`: those ids were not of the epoch. */
  forgetAbove(epoch: number, highest: number): void {
    this.#deleted('epoch = ? AND from_id > ?', epoch, highest);
  }

  /** Takes over that an epoch closed: its holes have expired, also those too young for the list. */
  close(epoch: number, holes: readonly Hole[]): void {
    for (const hole of holes) {
      if (hole.status === 'resolved') continue;
      this.#delete(epoch, hole.from);
      if (hole.status !== 'lapsed') this.#insert(epoch, { ...hole, status: 'expired' }, OPEN_END);
    }
  }

  /** All gaps or those of one status, ascending by epoch and id. */
  list(status: GapStatus | null): GapRow[] {
    return status === null
      ? this.#sql.exec<GapRow>(`SELECT ${COLUMNS} FROM gaps ORDER BY epoch, from_id, to_id`).toArray()
      : this.#sql
          .exec<GapRow>(`SELECT ${COLUMNS} FROM gaps WHERE status = ? ORDER BY epoch, from_id, to_id`, status)
          .toArray();
  }

  /** The ids of a range that came after their gap was in the list, ascending, at most `limit`. */
  filled(epoch: number, from: number, to: number, limit: number): number[] {
    return this.#sql
      .exec<{ from_id: number }>(
        `SELECT from_id FROM gaps WHERE epoch = ? AND from_id BETWEEN ? AND ? AND status = 'filled'
         ORDER BY from_id, to_id LIMIT ?`,
        ...[epoch, from, to, limit],
      )
      .toArray()
      .map(({ from_id }) => from_id);
  }

  /** The entry of this name, or null. */
  find({ epoch, from, to }: GapKey): GapRow | null {
    const where = 'epoch = ? AND from_id = ? AND to_id = ?';
    const rows = this.#sql
      .exec<GapRow>(`SELECT ${COLUMNS} FROM gaps WHERE ${where}`, epoch, from, to)
      .toArray();
    return rows[0] ?? null;
  }

  /**
   * Drops entries older than `cutoff` (ms since 1970) that will not change any more: closed ones, and expired ones of
   * closed epochs. So are uncertain ones of epochs of which nothing is known any more.
   * @param open the numbers of the epochs that are not closed @param known of all that something is known of
   */
  prune(cutoff: number, open: readonly number[], known: readonly number[]): void {
    const ofOthers = 'epoch NOT IN (SELECT value FROM json_each(?))';
    this.#deleted('resolved_at < ?', cutoff);
    this.#deleted(`status = 'uncertain' AND ${ofOthers}`, JSON.stringify(known));
    this.#deleted(`status = 'expired' AND detected_at < ? AND ${ofOthers}`, cutoff, JSON.stringify(open));
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

  /** Of two that were closed by hand and are one now: the later time, and why each was. */
  #endOfBoth(epoch: number, lower: Hole, upper: Hole): End {
    const ends = [this.#endOf(epoch, lower), this.#endOf(epoch, upper)];
    const notes = new Set(ends.flatMap(({ note }) => note?.split(BETWEEN_NOTES) ?? []));
    const note = [...notes].join(BETWEEN_NOTES).slice(0, MAX_NOTES_CHARS);
    return {
      resolvedAt: Math.max(...ends.map(({ resolvedAt }) => resolvedAt ?? 0)),
      note: note === '' ? null : note,
    };
  }

  #insert(
    epoch: number,
    hole: Hole,
    { resolvedAt, note }: End,
    status: GapStatus | HoleStatus = hole.status,
  ) {
    this.changed.note({ epoch, from: hole.from, to: hole.to });
    // An entry may be there already: an id that was filled can be missing again, when its event moved to another epoch.
    write(
      this.#sql,
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
    this.#deleted("epoch = ? AND from_id = ? AND status != 'filled'", epoch, from);
  }

  #deleted(where: string, ...values: (number | string)[]): void {
    type Key = Pick<GapRow, 'epoch' | 'from_id' | 'to_id'>;
    const gone = this.#sql.exec<Key>(
      `DELETE FROM gaps WHERE ${where} RETURNING epoch, from_id, to_id`,
      ...values,
    );
    for (const { epoch, from_id: from, to_id: to } of gone) this.changed.note({ epoch, from, to });
  }
}
