/**
 * Answers to requests that came with an `Idempotency-Key`, kept beside what those requests made: written in the same
 * transaction, so there is never one without the other. Sealed by the Worker, because they hold one-time secrets.
 *
 * 1 row each; expired ones leave when the next one is written.
 */
import type { KeptAnswer } from '../contract/kept-answer';

type Row = { key: string; request: string; answer: string; until: number };

export class KeptAnswers {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(key: string, now: number): KeptAnswer | null {
    const [row] = this.#sql
      .exec<Row>('SELECT key, request, answer, until FROM answers WHERE key = ? AND until > ?', key, now)
      .toArray();
    return row ?? null;
  }

  /** Inside the transaction of what the request makes. */
  keep({ key, request, answer, until }: KeptAnswer, now: number): void {
    this.#sql.exec('DELETE FROM answers WHERE until <= ?', now);
    this.#sql.exec(
      'INSERT INTO answers (key, request, answer, until) VALUES (?, ?, ?, ?)',
      key,
      request,
      answer,
      until,
    );
  }

  /** Until when the last of them is kept, ms since 1970; null when there is none. */
  keptUntil(now: number): number | null {
    const [row] = this.#sql
      .exec<{ until: number | null }>('SELECT max(until) AS until FROM answers WHERE until > ?', now)
      .toArray();
    return row?.until ?? null;
  }
}
