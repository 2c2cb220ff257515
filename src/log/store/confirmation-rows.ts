/** Events that wait for the provider's API to confirm them: 1 row each, deleted when the API has given its verdict. */
import { write } from './write';

export type ConfirmationRow = {
  sequence: number;
  /** How often the API was asked without a verdict. */
  attempts: number;
  /** ms since 1970 */
  nextAt: number;
  /** What the API said last; null before the first answer. */
  detail: string | null;
};

type Row = { sequence: number; attempts: number; next_at: number; detail: string | null };

const COLUMNS = 'sequence, attempts, next_at, detail';

/** The rows of a webhook. When the next one is due is kept in memory. */
export class ConfirmationRows {
  #sql: SqlStorage;
  /** When the next one is due; undefined when it has to be read. Kept because it is asked for after every commit. */
  #nextAt: number | null | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** @param nextAt when to ask for the first time, ms since 1970 */
  add(sequence: number, nextAt: number): void {
    this.#nextAt = undefined;
    write(this.#sql, `INSERT INTO confirmations (${COLUMNS}) VALUES (?, 0, ?, NULL)`, sequence, nextAt);
  }

  delete(sequence: number): void {
    this.#nextAt = undefined;
    this.#sql.exec('DELETE FROM confirmations WHERE sequence = ?', sequence);
  }

  get(sequence: number): ConfirmationRow | null {
    return this.#read('sequence = ?', sequence)[0] ?? null;
  }

  /** Those that are due by `now` (ms since 1970), the oldest events first. */
  due(now: number, limit: number): ConfirmationRow[] {
    const nextAt = this.nextAt();
    if (nextAt === null || nextAt > now) return [];
    return this.#read('next_at <= ? ORDER BY sequence LIMIT ?', now, limit);
  }

  /** When the next one is due, ms since 1970, or null. */
  nextAt(): number | null {
    if (this.#nextAt === undefined) {
      const [row] = this.#sql
        .exec<{ at: number | null }>('SELECT min(next_at) AS at FROM confirmations')
        .toArray();
      this.#nextAt = row?.at ?? null;
    }
    return this.#nextAt;
  }

  /** To be called after a rollback. */
  reload(): void {
    this.#nextAt = undefined;
  }

  /** Stores an attempt that gave no verdict, and when the next one is due. */
  update({ sequence, attempts, nextAt, detail }: ConfirmationRow): void {
    this.#nextAt = undefined;
    write(
      this.#sql,
      'UPDATE confirmations SET attempts = ?, next_at = ?, detail = ? WHERE sequence = ?',
      attempts,
      nextAt,
      detail,
      sequence,
    );
  }

  #read(where: string, ...bindings: number[]): ConfirmationRow[] {
    return this.#sql
      .exec<Row>(`SELECT ${COLUMNS} FROM confirmations WHERE ${where}`, ...bindings)
      .toArray()
      .map(row => ({
        sequence: row.sequence,
        attempts: row.attempts,
        nextAt: row.next_at,
        detail: row.detail,
      }));
  }
}
