/**
 * Exception rows: deliveries that did not succeed at the first attempt. A row is `retrying`, with the time of its next
 * attempt, or `dead`. Deliveries that succeed at once have no row: the cursor tells that they are done.
 */
import { COLUMNS, type DeliveryRow, fromRow, type Row } from './delivery-row';
import { write } from './write';

const ROWS_PER_PAGE = 64;

/** How many attempts are made due before their time by one statement. */
export const HURRIED_AT_ONCE = 1000;
/** Multiples of it fall all over a spread of round numbers of ms, also those of sequences that follow each other. */
const SPREADING = 37_081;

/**
 * `from`: ms since 1970 at which the first are due, the last `spreadMs` later. `failedBefore`: not those that failed since.
 * `again`: also those that came before their time since the schedule last had them, and those that were answered 429.
 */
export type Hurry = { from: number; spreadMs: number; failedBefore: number; again: boolean };

/** The rows of all destinations of a webhook. Methods that write run in the caller's transaction. */
export class DeliveryRows {
  #sql: SqlStorage;
  /** Per destination, when its earliest attempt is or was due; null for none. Saves most queries. */
  #earliestAt = new Map<string, number | null>();

  /** Events before it were dropped since this object woke up; 0 when none were. */
  firstSequence = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Inserts or updates. 1 row, and 1 more where the time of the next attempt is new or moves. */
  put(row: DeliveryRow): void {
    this.#earliestAt.delete(row.destinationId);
    const updated = write(
      this.#sql,
      `UPDATE deliveries SET status = ?, attempts = ?, step = ?, next_at = ?, error = ?, updated_at = ?, planned_at = ?
       WHERE sequence = ? AND destination_id = ? AND replay = ?`,
      row.status,
      row.attempts,
      row.step,
      row.nextAt,
      row.error,
      row.updatedAt,
      row.plannedAt,
      row.sequence,
      row.destinationId,
      row.replay,
    );
    if (updated.rowsWritten > 0) return;
    write(
      this.#sql,
      `INSERT INTO deliveries (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.sequence,
      row.destinationId,
      row.replay,
      row.newId ? 1 : 0,
      row.status,
      row.attempts,
      row.step,
      row.nextAt,
      row.previous,
      row.ordinal,
      row.error,
      row.updatedAt,
      row.plannedAt,
    );
  }

  delete(sequence: number, destinationId: string, replay: number): void {
    this.#earliestAt.delete(destinationId);
    this.#sql.exec(
      'DELETE FROM deliveries WHERE sequence = ? AND destination_id = ? AND replay = ?',
      sequence,
      destinationId,
      replay,
    );
  }

  /** Makes at most `HURRIED_AT_ONCE` attempts due before their time, the earliest first; gives how many. 2 rows each. */
  hurry(destinationId: string, { from, spreadMs, failedBefore, again }: Hurry): number {
    this.#earliestAt.delete(destinationId);
    const spare = again ? '' : "AND planned_at IS NULL AND error IS NOT 'status 429'";
    write(
      this.#sql,
      `UPDATE deliveries SET planned_at = max(next_at, coalesce(planned_at, 0)),
         next_at = ?1 + (sequence % ?2) * ${SPREADING} % ?2
       WHERE destination_id = ?3 AND (sequence, replay) IN (SELECT sequence, replay FROM deliveries
         WHERE destination_id = ?3 AND next_at > ?1 + ?2 AND updated_at < ?4 ${spare} ORDER BY next_at LIMIT ?5)`,
      ...[from, Math.max(1, spreadMs), destinationId, failedBefore, HURRIED_AT_ONCE],
    );
    return Number(this.#sql.exec('SELECT changes() AS n').one().n);
  }

  /** The attempts due by `now` (ms since 1970), the longest overdue first. Pages are read as they are needed. */
  *due(destinationId: string, now: number): Generator<DeliveryRow> {
    if ((this.earliestAt(destinationId) ?? Number.POSITIVE_INFINITY) > now) return;
    yield* this.#pages('destination_id = ? AND next_at <= ? ORDER BY next_at', destinationId, now);
  }

  /** All retries in the order in which they are due, also in the future. Pages are read as they are needed. */
  *upcoming(destinationId: string): Generator<DeliveryRow> {
    if (!this.has(destinationId)) return;
    yield* this.#pages('destination_id = ? AND next_at IS NOT NULL ORDER BY next_at', destinationId);
  }

  /** Whether any delivery to this destination is still being tried. */
  has(destinationId: string): boolean {
    return this.earliestAt(destinationId) !== null;
  }

  /** How many deliveries to a destination are still tried, replays included. */
  waiting(destinationId: string): number {
    const where = 'destination_id = ? AND next_at IS NOT NULL';
    return Number(
      this.#sql.exec(`SELECT count(*) AS n FROM deliveries WHERE ${where}`, destinationId).one().n,
    );
  }

  /** When the earliest attempt is or was due, ms since 1970; null for none. */
  earliestAt(destinationId: string): number | null {
    const known = this.#earliestAt.get(destinationId);
    if (known !== undefined) return known;
    const at = this.#nextAfter(destinationId, -1);
    this.#earliestAt.set(destinationId, at);
    return at;
  }

  /** The first time after `now` at which an attempt is due (both ms since 1970), or null. */
  nextAt(destinationId: string, now: number): number | null {
    const earliest = this.earliestAt(destinationId);
    return earliest === null || earliest > now ? earliest : this.#nextAfter(destinationId, now);
  }

  #nextAfter(destinationId: string, now: number): number | null {
    const [row] = this.#sql
      .exec<{ at: number | null }>(
        'SELECT min(next_at) AS at FROM deliveries WHERE destination_id = ? AND next_at > ?',
        destinationId,
        now,
      )
      .toArray();
    return row?.at ?? null;
  }

  /** The rows of one event, replays included. */
  of(sequence: number): DeliveryRow[] {
    return this.#read('sequence = ?', sequence);
  }

  /** The rows of the events `first..last`, ascending, without replays. */
  between(first: number, last: number): DeliveryRow[] {
    return this.#read('sequence BETWEEN ? AND ? AND replay = 0 ORDER BY sequence', first, last);
  }

  /** The lowest sequence above `after` that is still tried for a destination, or null. Without replays. */
  oldestRetrying(destinationId: string, after = 0): number | null {
    const [row] = this.#sql
      .exec<{ sequence: number | null }>(
        `SELECT min(sequence) AS sequence FROM deliveries
         WHERE destination_id = ? AND next_at IS NOT NULL AND replay = 0 AND sequence > ?`,
        destinationId,
        after,
      )
      .toArray();
    return row?.sequence ?? null;
  }

  /** Deliveries of the feed that are still tried, in their order at the destination. Without replays. */
  retrying(destinationId: string): DeliveryRow[] {
    return this.#read(
      'destination_id = ? AND next_at IS NOT NULL AND replay = 0 ORDER BY ordinal',
      destinationId,
    );
  }

  /** The status of these events at a destination. Those without a row are left out. */
  fates(destinationId: string, sequences: readonly number[]): Map<number, DeliveryRow['status']> {
    const rows = this.#read(
      'destination_id = ? AND replay = 0 AND sequence IN (SELECT value FROM json_each(?))',
      destinationId,
      JSON.stringify(sequences),
    );
    return new Map(rows.map(({ sequence, status }) => [sequence, status]));
  }

  /** The sequences before `firstSequence` that are still tried for a destination, ascending. */
  retryingBefore(destinationId: string, firstSequence: number): number[] {
    return this.#read(
      'sequence < ? AND destination_id = ? AND next_at IS NOT NULL AND replay = 0 ORDER BY sequence',
      firstSequence,
      destinationId,
    ).map(({ sequence }) => sequence);
  }

  /** How many deliveries of the feed a destination has in each status. */
  count(destinationId: string): { retrying: number; dead: number } {
    const counts = { retrying: 0, dead: 0 };
    const rows = this.#sql.exec<{ status: 'retrying' | 'dead'; total: number }>(
      `SELECT status, count(*) AS total FROM deliveries WHERE destination_id = ? AND replay = 0
       AND (status = 'retrying' OR error IS NOT 'redacted') GROUP BY status`,
      destinationId,
    );
    for (const { status, total } of rows) counts[status] = total;
    return counts;
  }

  /** Deletes what is still tried of a replay. 2 rows for each. */
  giveUp(destinationId: string, replay: number): void {
    this.#earliestAt.delete(destinationId);
    const where = 'destination_id = ? AND next_at IS NOT NULL AND replay = ?';
    this.#sql.exec(`DELETE FROM deliveries WHERE ${where}`, destinationId, replay);
  }

  /** Forgets a destination that was deleted. */
  forget(destinationId: string): void {
    this.#earliestAt.delete(destinationId);
    this.#sql.exec('DELETE FROM deliveries WHERE destination_id = ?', destinationId);
  }

  /** Deletes the rows before `firstSequence`, because their events were dropped. */
  prune(firstSequence: number): void {
    this.firstSequence = firstSequence;
    this.#earliestAt.clear();
    this.#sql.exec('DELETE FROM deliveries WHERE sequence < ?', firstSequence);
  }

  #read(where: string, ...bindings: (string | number)[]): DeliveryRow[] {
    return this.#sql
      .exec<Row>(`SELECT ${COLUMNS} FROM deliveries WHERE ${where}`, ...bindings)
      .toArray()
      .map(fromRow);
  }

  /** Reads page by page, because an SQL cursor that is left half read keeps tables locked. */
  *#pages(where: string, ...bindings: (string | number)[]): Generator<DeliveryRow> {
    for (let offset = 0; ; offset += ROWS_PER_PAGE) {
      const page = this.#read(`${where} LIMIT ? OFFSET ?`, ...bindings, ROWS_PER_PAGE, offset);
      yield* page;
      if (page.length < ROWS_PER_PAGE) return;
    }
  }
}
