/**
 * The audit log of one object: 1 row for each change, and 1 more once it is full, as the oldest entry goes. Events write none. It is
 * written in the transaction of the change where that is one without a wait, and right after it else.
 */
import type { Act } from './acting';
import { type AuditEntry, type AuditPage, bounded, type Facts, type FieldChange, MAX_ENTRIES } from './entry';

export const AUDIT_TABLE =
  'CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, entry TEXT NOT NULL)';

type Row = { id: number; at: number; entry: string };

export class AuditRows {
  #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** @param now ms since 1970 */
  add(act: Act, now: number, facts: Facts, changes: readonly FieldChange[] = []): void {
    const { by, token, operation, requestId } = act;
    const entry = { by, token, operation, requestId, changes: bounded(changes), facts };
    const [row] = this.#sql
      .exec<{ id: number }>(
        'INSERT INTO audit (at, entry) VALUES (?, ?) RETURNING id',
        now,
        JSON.stringify(entry),
      )
      .toArray();
    if (row !== undefined && row.id > MAX_ENTRIES) {
      this.#sql.exec('DELETE FROM audit WHERE id <= ?', row.id - MAX_ENTRIES);
    }
  }

  /** @param after the id of an entry: those before it; null for the newest */
  page(after: number | null, limit: number): AuditPage {
    const entries = this.#sql
      .exec<Row>(
        'SELECT id, at, entry FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?',
        after ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .toArray()
      .map(({ id, at, entry }) => ({ ...(JSON.parse(entry) as Omit<AuditEntry, 'id' | 'at'>), id, at }));
    return { entries, next: entries.length < limit ? null : (entries.at(-1)?.id ?? null) };
  }
}
