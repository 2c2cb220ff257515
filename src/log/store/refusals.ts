/**
 * The requests for this webhook that the edge refused: how often for which reason, and the last of them.
 *
 * The edge reports them in batches (`ingest/refusals.ts`), so a flood of refused requests costs one row per report.
 * Only header names, sizes and a digest are kept, never a value. Whole requests are kept for minutes, and only while
 * someone captures them. All is bounded: the oldest is dropped first.
 */
import {
  CAPTURE_MS,
  type CapturedRequest,
  type Refusal,
  type RefusalReport,
  type RefusalsView,
} from '../contract/refusals';
import { readDocument, writeDocument } from './documents';

const MAX_KEPT = 100;
const MAX_CAPTURES = 20;

type Stored = { counts: Record<string, number>; last: (Refusal & { capture: number | null })[] };
type CaptureRow = { id: number; at: number; request: string; body: ArrayBuffer };

/** The refusals of a webhook. */
export class Refusals {
  #sql: SqlStorage;
  /** When the oldest captured request came, ms since 1970; null for none, undefined when it has to be read. */
  #oldestAt: number | null | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  #read(): Stored {
    const text = readDocument(this.#sql, 'refusals');
    return text === null ? { counts: {}, last: [] } : (JSON.parse(text) as Stored);
  }

  get counts(): Record<string, number> {
    return this.#read().counts;
  }

  /** Adds a report: 1 row, and 1 for each captured request. In the caller's transaction. `now` in ms since 1970. */
  add(report: RefusalReport, now: number): void {
    const { counts, last } = this.#read();
    for (const [reason, count] of Object.entries(report.counts)) {
      counts[reason] = (counts[reason] ?? 0) + count;
    }
    for (const { request, ...refusal } of report.last) {
      last.unshift({ ...refusal, capture: request === undefined ? null : this.#capture(request, now) });
    }
    const kept: Stored = { counts, last: last.slice(0, MAX_KEPT) };
    writeDocument(this.#sql, 'refusals', JSON.stringify(kept));
  }

  #capture({ headers, query, body }: CapturedRequest, now: number): number {
    const [row] = this.#sql
      .exec<{ id: number }>(
        'INSERT INTO captures (at, request, body) VALUES (?, ?, ?) RETURNING id',
        now,
        JSON.stringify({ headers, query }),
        body,
      )
      .toArray();
    const id = row?.id ?? 0;
    this.#oldestAt = undefined;
    this.#sql.exec('DELETE FROM captures WHERE id <= ?', id - MAX_CAPTURES);
    return id;
  }

  view(now: number): RefusalsView {
    const { counts, last } = this.#read();
    const rows = this.#sql
      .exec<CaptureRow>('SELECT id, at, request, body FROM captures WHERE at > ?', now - CAPTURE_MS)
      .toArray();
    const captured = new Map(rows.map(row => [row.id, fromRow(row)]));
    return {
      counts,
      last: last.map(({ capture, ...refusal }) => ({
        ...refusal,
        request: (capture === null ? null : captured.get(capture)) ?? null,
      })),
    };
  }

  /** When `expire` has something to erase next, ms since 1970, or null. */
  expiresAt(): number | null {
    if (this.#oldestAt === undefined) {
      const [row] = this.#sql.exec<{ at: number | null }>('SELECT min(at) AS at FROM captures').toArray();
      this.#oldestAt = row?.at ?? null;
    }
    return this.#oldestAt === null ? null : this.#oldestAt + CAPTURE_MS;
  }

  /** Erases captured requests that are too old. `now` in ms since 1970. */
  expire(now: number): void {
    this.#oldestAt = undefined;
    this.#sql.exec('DELETE FROM captures WHERE at <= ?', now - CAPTURE_MS);
  }
}

function fromRow({ request, body }: CaptureRow): CapturedRequest {
  return { ...(JSON.parse(request) as Omit<CapturedRequest, 'body'>), body: new Uint8Array(body) };
}
