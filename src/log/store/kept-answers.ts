/**
 * Answers to requests that came with an `Idempotency-Key`. An answer is written in the same transaction as what its
 * request made, so there is never one without the other. The Worker seals answers, because they hold one-time secrets.
 *
 * 1 row each. Expired ones are deleted when the next one is written. All times in ms since 1970.
 */
import type { KeptAnswer } from '../contract/kept-answer';
import { write } from './write';

type Row = { key: string; request: string; answer: string; until: number };

/** The kept answers of one object. */
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

  /** Keeps an answer, in the transaction of what its request makes. */
  keep({ key, request, answer, until }: KeptAnswer, now: number): void {
    this.#sql.exec('DELETE FROM answers WHERE until <= ?', now);
    write(
      this.#sql,
      'INSERT INTO answers (key, request, answer, until) VALUES (?, ?, ?, ?)',
      key,
      request,
      answer,
      until,
    );
  }

  /** Until when the last of them is kept; null when there is none. */
  keptUntil(now: number): number | null {
    const [row] = this.#sql
      .exec<{ until: number | null }>('SELECT max(until) AS until FROM answers WHERE until > ?', now)
      .toArray();
    return row?.until ?? null;
  }
}
