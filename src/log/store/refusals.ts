/**
 * What the edge refused in this webhook's name: how often for which reason, and the last ones.
 *
 * Reported by the edge in batches (`ingest/refusals.ts`), so a flood of refused requests costs two rows per report. Of a
 * request only names, sizes and a digest are kept, never a value; whole ones only while someone captures them, and for
 * minutes. Refused requests are nobody's events: what is kept of them is bounded and the oldest gives way.
 *
 * Counts have a document of their own, so that nothing a sender writes stands beside them. The list has a copy: earlier
 * releases read and raise that one.
 */
import {
  bounded,
  boundedReason,
  CAPTURE_MS,
  type CapturedRequest,
  type Refusal,
  type RefusalReport,
  type RefusalsView,
} from '../contract/refusals';
import { readDocument, writeDocument } from './documents';

const MAX_KEPT = 100;
const MAX_CAPTURES = 20;
/** Reasons that are counted apart. The edge knows fewer; further ones are counted together. */
const MAX_REASONS = 32;
const OTHER_REASONS = 'other';

type Counts = Record<string, number>;
type Stored = { counts: Counts; last: (Refusal & { capture: number | null })[] };
type CaptureRow = { id: number; at: number; request: string; body: ArrayBuffer };

export class Refusals {
  #sql: SqlStorage;
  /** When the oldest captured request came, ms since 1970; null for none, undefined before it was looked up. */
  #oldestAt: number | null | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  #read(): Stored {
    const text = readDocument(this.#sql, 'refusals');
    return text === null ? { counts: {}, last: [] } : (JSON.parse(text) as Stored);
  }

  get counts(): Counts {
    return this.#ownCounts() ?? this.#read().counts;
  }

  /** Null where only an earlier release has counted. */
  #ownCounts(): Counts | null {
    const text = readDocument(this.#sql, 'refusal_counts');
    return text === null ? null : (JSON.parse(text) as Counts);
  }

  /** 2 rows, and 1 for each captured request. Inside the caller's transaction. `now` in ms since 1970. */
  add(report: RefusalReport, now: number): void {
    const { counts: copied, last } = this.#read();
    const counts = added(higher(this.#ownCounts() ?? {}, copied), report.counts);
    for (const { request, ...refusal } of report.last) {
      last.unshift({ ...refusal, capture: request === undefined ? null : this.#capture(request, now) });
    }
    writeDocument(this.#sql, 'refusal_counts', JSON.stringify(counts));
    const kept: Stored = { counts, last: last.slice(0, MAX_KEPT).map(bounded) };
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
    const { last } = this.#read();
    const rows = this.#sql
      .exec<CaptureRow>('SELECT id, at, request, body FROM captures WHERE at > ?', now - CAPTURE_MS)
      .toArray();
    const captured = new Map(rows.map(row => [row.id, fromRow(row)]));
    return {
      counts: this.counts,
      last: last.map(({ capture, ...refusal }) => ({
        ...refusal,
        request: (capture === null ? null : captured.get(capture)) ?? null,
      })),
    };
  }

  /** When the oldest captured request is to be erased, ms since 1970, or null. */
  expiresAt(): number | null {
    if (this.#oldestAt === undefined) {
      const [row] = this.#sql.exec<{ at: number | null }>('SELECT min(at) AS at FROM captures').toArray();
      this.#oldestAt = row?.at ?? null;
    }
    return this.#oldestAt === null ? null : this.#oldestAt + CAPTURE_MS;
  }

  expire(now: number): void {
    this.#oldestAt = undefined;
    this.#sql.exec('DELETE FROM captures WHERE at <= ?', now - CAPTURE_MS);
  }
}

function fromRow({ request, body }: CaptureRow): CapturedRequest {
  return { ...(JSON.parse(request) as Omit<CapturedRequest, 'body'>), body: new Uint8Array(body) };
}

/** Counts with others added, under a bounded number of reasons. */
function added(counts: Counts, more: Counts): Counts {
  const sum = { ...counts };
  for (const [reason, count] of Object.entries(more)) {
    const name = boundedReason(reason);
    const isKnown = Object.hasOwn(sum, name) || Object.keys(sum).length < MAX_REASONS;
    const counted = isKnown ? name : OTHER_REASONS;
    sum[counted] = (sum[counted] ?? 0) + count;
  }
  return sum;
}

/** Counts only grow: of two, the higher one is the later. */
function higher(one: Counts, other: Counts): Counts {
  const highest = { ...one };
  for (const [reason, count] of Object.entries(other)) {
    highest[reason] = Math.max(highest[reason] ?? 0, count);
  }
  return highest;
}
