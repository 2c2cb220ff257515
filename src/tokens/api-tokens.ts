/**
 * The Durable Object that holds the API tokens: one for the whole gateway.
 *
 * Only management requests ask it: no event depends on it, and the admin token works without it. Tokens are stored as
 * digests. A use is written at most once per hour and token, so `last_used_at` is only that exact.
 *
 * It also has the audit log of the deployment: what was done with tokens, and which webhooks were deleted, as their own logs are
 * gone with them.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Act } from '../audit/acting';
import { AUDIT_TABLE, AuditRows } from '../audit/audit-rows';
import type { AuditPage, Facts } from '../audit/entry';
import { sameBytes } from '../constant-time';
import type { TokenRecord } from './token';

const USE_INTERVAL_MS = 60 * 60 * 1000;
export const MAX_TOKENS = 1000;

type Row = {
  id: string;
  name: string;
  scope: TokenRecord['scope'];
  webhook_id: number | null;
  created_at: number;
  last_used_at: number | null;
  digest: ArrayBuffer;
};

const COLUMNS = 'id, name, scope, webhook_id, created_at, last_used_at, digest';

export class ApiTokens extends DurableObject<Env> {
  #sql = this.ctx.storage.sql;
  #audit = new AuditRows(this.#sql);

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, name TEXT NOT NULL,
      scope TEXT NOT NULL, webhook_id INTEGER, created_at INTEGER NOT NULL, last_used_at INTEGER,
      digest BLOB NOT NULL) WITHOUT ROWID`);
    ctx.storage.sql.exec(AUDIT_TABLE.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'));
  }

  /** @param act who makes it */
  async add(token: TokenRecord, digest: Uint8Array, act?: Act): Promise<'added' | 'exists' | 'full'> {
    const [count] = this.#sql.exec<{ total: number }>('SELECT count(*) AS total FROM tokens').toArray();
    if ((count?.total ?? 0) >= MAX_TOKENS) return 'full';
    const { id, name, scope, webhookId, createdAt } = token;
    const added = this.#sql.exec(
      `INSERT OR IGNORE INTO tokens (${COLUMNS}) VALUES (?, ?, ?, ?, ?, NULL, ?)`,
      id,
      name,
      scope,
      webhookId,
      createdAt,
      digest,
    );
    if (added.rowsWritten === 0) return 'exists';
    this.#noted(act, { token_id: id, name, scope, webhook_id: webhookId });
    return 'added';
  }

  /** All of them, oldest first. */
  async list(): Promise<TokenRecord[]> {
    return this.#sql
      .exec<Row>(`SELECT ${COLUMNS} FROM tokens ORDER BY created_at, id`)
      .toArray()
      .map(fromRow);
  }

  /** The token whose digest this is, or null. @param now ms since 1970 */
  async judge(id: string, digest: Uint8Array, now: number): Promise<TokenRecord | null> {
    const row = this.#row(id);
    if (row === null || !sameBytes(new Uint8Array(row.digest), digest)) return null;
    return this.#used(row, now);
  }

  /** The token of this id, which is in use; null where there is none (any more). @param now ms since 1970 */
  async find(id: string, now: number): Promise<TokenRecord | null> {
    const row = this.#row(id);
    return row === null ? null : this.#used(row, now);
  }

  /** Those of the ids that are still those of tokens. */
  async remaining(ids: readonly string[]): Promise<string[]> {
    return this.#sql
      .exec<{ id: string }>(
        'SELECT id FROM tokens WHERE id IN (SELECT value FROM json_each(?))',
        JSON.stringify(ids),
      )
      .toArray()
      .map(({ id }) => id);
  }

  /** Ends the tokens of a webhook that is no more. @param act who deleted it, just now */
  async revokeOf(webhookId: number, act?: Act): Promise<void> {
    this.#sql.exec('DELETE FROM tokens WHERE webhook_id = ?', webhookId);
    this.#noted(act, { webhook_id: webhookId });
  }

  /** False when there was none. @param act who revokes it */
  async revoke(id: string, act?: Act): Promise<boolean> {
    const revoked = this.#sql.exec('DELETE FROM tokens WHERE id = ?', id).rowsWritten > 0;
    if (revoked) this.#noted(act, { token_id: id });
    return revoked;
  }

  /** The audit log, newest first. @param after the id of an entry: those before it; null for the newest */
  async auditPage(after: number | null, limit: number): Promise<AuditPage> {
    return this.#audit.page(after, limit);
  }

  #noted(act: Act | undefined, facts: Facts): void {
    if (act !== undefined) this.#audit.add(act, Date.now(), facts);
  }

  #row(id: string): Row | null {
    return this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM tokens WHERE id = ?`, id).toArray()[0] ?? null;
  }

  #used(row: Row, now: number): TokenRecord {
    if (now - (row.last_used_at ?? 0) >= USE_INTERVAL_MS) {
      const hour = now - (now % USE_INTERVAL_MS);
      this.#sql.exec('UPDATE tokens SET last_used_at = ? WHERE id = ?', hour, row.id);
    }
    return fromRow(row);
  }
}

function fromRow(row: Row): TokenRecord {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    webhookId: row.webhook_id,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
