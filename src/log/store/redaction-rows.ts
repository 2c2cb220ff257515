/**
 * The receipts of what was erased: 1 row for each time that someone asked for it, written again with each step. They stay as long as
 * the webhook. A receipt has as many ranges of sequences as a row takes, and then another one begins.
 */
import type { Redaction, RedactionsPage } from '../contract/redactions';
import { write } from './write';

/** A step adds as many again, at most. */
const MAX_RANGES = 20_000;

type Row = { id: number; receipt: string };

/** Methods that write run in the caller's transaction. */
export class RedactionRows {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(id: number): Redaction | null {
    const [row] = this.#sql.exec<Row>('SELECT id, receipt FROM redactions WHERE id = ?', id).toArray();
    return row === undefined ? null : fromRow(row);
  }

  /** Stores a receipt, under its id or, where that is null, a new one. Gives its id. */
  put(id: number | null, receipt: Omit<Redaction, 'id'>): number {
    const text = JSON.stringify(receipt);
    if (id !== null) {
      write(this.#sql, 'UPDATE redactions SET receipt = ? WHERE id = ?', text, id);
      return id;
    }
    const [row] = write<{ id: number }>(
      this.#sql,
      'INSERT INTO redactions (receipt) VALUES (?) RETURNING id',
      text,
    ).toArray();
    return row?.id ?? 0;
  }

  page(after: number | null, limit: number): RedactionsPage {
    const redactions = this.#sql
      .exec<Row>(
        'SELECT id, receipt FROM redactions WHERE id < ? ORDER BY id DESC LIMIT ?',
        after ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .toArray()
      .map(fromRow);
    return { redactions, next: redactions.length < limit ? null : (redactions.at(-1)?.id ?? null) };
  }
}

export const isFull = ({ events, unsearched }: Redaction): boolean =>
  events.length + unsearched.length > MAX_RANGES;

const fromRow = ({ id, receipt }: Row): Redaction => ({
  ...(JSON.parse(receipt) as Omit<Redaction, 'id'>),
  id,
});
