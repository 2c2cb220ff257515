/**
 * Exception rows: deliveries that did not succeed at the first attempt. Nothing is stored for the others, whose
 * fate follows from the cursor. A row is `retrying` with the time of its next attempt, or `dead`.
 */

export type DeliveryRow = {
  sequence: number;
  destinationId: string;
  status: 'retrying' | 'dead';
  /** Failed attempts so far. */
  attempts: number;
  /** ms since 1970; null when dead. */
  nextAt: number | null;
  /** What `gapless-previous` says, fixed when the scan passed the event. */
  previous: number;
  error: string | null;
  updatedAt: number;
};

type Row = {
  sequence: number;
  destination_id: string;
  status: DeliveryRow['status'];
  attempts: number;
  next_at: number | null;
  previous: number;
  error: string | null;
  updated_at: number;
};

const COLUMNS = 'sequence, destination_id, status, attempts, next_at, previous, error, updated_at';

export class DeliveryRows {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Inserts or updates: 1 row, 2 where the time of the next attempt is new or moves. */
  put(row: DeliveryRow): void {
    const updated = this.#sql.exec(
      `UPDATE deliveries SET status = ?, attempts = ?, next_at = ?, error = ?, updated_at = ?
       WHERE sequence = ? AND destination_id = ?`,
      row.status,
      row.attempts,
      row.nextAt,
      row.error,
      row.updatedAt,
      row.sequence,
      row.destinationId,
    );
    if (updated.rowsWritten > 0) return;
    this.#sql.exec(
      `INSERT INTO deliveries (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      row.sequence,
      row.destinationId,
      row.status,
      row.attempts,
      row.nextAt,
      row.previous,
      row.error,
      row.updatedAt,
    );
  }

  delete(sequence: number, destinationId: string): void {
    this.#sql.exec(
      'DELETE FROM deliveries WHERE sequence = ? AND destination_id = ?',
      sequence,
      destinationId,
    );
  }

  /** What is due for a destination, the longest overdue first. `now` in ms since 1970. */
  due(destinationId: string, now: number, limit: number): DeliveryRow[] {
    return this.#sql
      .exec<Row>(
        `SELECT ${COLUMNS} FROM deliveries WHERE destination_id = ? AND next_at <= ? ORDER BY next_at LIMIT ?`,
        destinationId,
        now,
        limit,
      )
      .toArray()
      .map(fromRow);
  }

  /** The next time after `now` at which a delivery to this destination falls due, or null. */
  nextAt(destinationId: string, now: number): number | null {
    const [row] = this.#sql
      .exec<{ at: number | null }>(
        'SELECT min(next_at) AS at FROM deliveries WHERE destination_id = ? AND next_at > ?',
        destinationId,
        now,
      )
      .toArray();
    return row?.at ?? null;
  }

  of(sequence: number): DeliveryRow[] {
    return this.between(sequence, sequence);
  }

  /** The rows of the events `first..last`, ascending. */
  between(first: number, last: number): DeliveryRow[] {
    return this.#sql
      .exec<Row>(
        `SELECT ${COLUMNS} FROM deliveries WHERE sequence BETWEEN ? AND ? ORDER BY sequence`,
        first,
        last,
      )
      .toArray()
      .map(fromRow);
  }

  /** How many deliveries of each status a destination has. */
  count(destinationId: string): { retrying: number; dead: number } {
    const counts = { retrying: 0, dead: 0 };
    const rows = this.#sql.exec<{ status: DeliveryRow['status']; total: number }>(
      'SELECT status, count(*) AS total FROM deliveries WHERE destination_id = ? GROUP BY status',
      destinationId,
    );
    for (const { status, total } of rows) counts[status] = total;
    return counts;
  }

  /** Forgets a destination that was deleted. */
  forget(destinationId: string): void {
    this.#sql.exec('DELETE FROM deliveries WHERE destination_id = ?', destinationId);
  }

  /** Forgets what lies before `firstSequence`: its events have been dropped. */
  prune(firstSequence: number): void {
    this.#sql.exec('DELETE FROM deliveries WHERE sequence < ?', firstSequence);
  }
}

function fromRow(row: Row): DeliveryRow {
  return {
    sequence: row.sequence,
    destinationId: row.destination_id,
    status: row.status,
    attempts: row.attempts,
    nextAt: row.next_at,
    previous: row.previous,
    error: row.error,
    updatedAt: row.updated_at,
  };
}
