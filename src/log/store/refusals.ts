/**
 * The requests for this webhook that the edge refused: how often for which reason, and the last of them.
 *
 * The edge reports them in batches (`ingest/refusals.ts`), so a flood of refused requests costs two rows per report.
 * Only header names, sizes and a digest are kept, never a value. Whole requests are kept for minutes, and only while
 * someone captures them. All is bounded: the oldest is dropped first.
 *
 * Counts have a document of their own, so that nothing a sender writes stands beside them. The list has a copy: earlier
 * releases read and raise that one.
 */
import { countedAt, type HourCounts, lastDay, NOTHING_COUNTED, sumOf, unknownUpTo } from '../../hour-counts';
import {
  bounded,
  CAPTURE_MS,
  type CapturedRequest,
  type Refusal,
  type RefusalReport,
  type RefusalsView,
} from '../contract/refusals';
import { readDocument, writeDocument } from './documents';
import { added, type Counts, higher, total } from './refusal-counts';
import { QUIET_MS, type RefusalRise, type RiseNotice, risen } from './refusal-rise';
import { write } from './write';

const MAX_KEPT = 100;
const MAX_CAPTURES = 20;

/** Without an id: stored by an earlier release. */
type Kept = Refusal & { id?: number; capture: number | null };
type Stored = {
  counts: Counts;
  last: Kept[];
  rise?: RefusalRise | null;
  /** Absent from what an earlier release stored. */
  perHour?: HourCounts;
};
type CaptureRow = { id: number; at: number; request: string; body: ArrayBuffer };

/** The refusals of a webhook. */
export class Refusals {
  #sql: SqlStorage;
  /** When the oldest captured request came, ms since 1970; null for none, undefined when it has to be read. */
  #oldestAt: number | null | undefined;
  /** Of the rise of refusals, as `quietAt` says; undefined when it has to be read. */
  #quietAt: number | null | undefined;

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

  /**
   * How many came in the last 24 hours, the running one included; null where not all were counted, or the list cannot be read.
   * `now` in ms since 1970.
   */
  lastDay(now: number): number | null {
    try {
      return sumOf(lastDay(perHourOf(this.#read()), now));
    } catch {
      return null;
    }
  }

  /** Null where only an earlier release has counted. */
  #ownCounts(): Counts | null {
    const text = readDocument(this.#sql, 'refusal_counts');
    return text === null ? null : (JSON.parse(text) as Counts);
  }

  /**
   * 2 rows, and 1 for each captured request. What is to be told of the refusals now, or null.
   * @param verified see `risen`. @param now ms since 1970
   */
  add(
    report: RefusalReport,
    verified: string,
    now: number,
  ): (RiseNotice & { sample_id: number | null }) | null {
    const stored = this.#read();
    const { counts: copied, last, rise: before = null } = stored;
    const perHour = countedAt(perHourOf(stored), now, total(report.counts));
    const counts = added(higher(this.#ownCounts() ?? {}, copied), report.counts);
    let id = Math.max(0, ...last.map(one => one.id ?? 0));
    for (const { request, ...refusal } of report.last) {
      const capture = request === undefined ? null : this.#capture(request, now);
      last.unshift({ ...refusal, id: ++id, capture });
    }
    writeDocument(this.#sql, 'refusal_counts', JSON.stringify(counts));
    const { rise, notice } = risen(before, report.counts, verified, now);
    const kept: Stored = { counts, last: last.slice(0, MAX_KEPT).map(bounded), rise, perHour };
    writeDocument(this.#sql, 'refusals', JSON.stringify(kept));
    this.#quietAt = undefined;
    const sample = last.find(({ reason }) => reason === notice?.reason);
    return notice === null ? null : { ...notice, sample_id: sample?.id ?? null };
  }

  /** When a rise of refusals is over if none comes until then, ms since 1970; null where there is none. */
  quietAt(): number | null {
    if (this.#quietAt === undefined) {
      const { rise = null } = this.#read();
      this.#quietAt = rise === null ? null : rise.lastAt + QUIET_MS;
    }
    return this.#quietAt;
  }

  #capture({ headers, query, body }: CapturedRequest, now: number): number {
    const [row] = write<{ id: number }>(
      this.#sql,
      'INSERT INTO captures (at, request, body) VALUES (?, ?, ?) RETURNING id',
      now,
      JSON.stringify({ headers, query }),
      body,
    ).toArray();
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
      last: last.map(({ capture, id = null, ...refusal }) => ({
        ...refusal,
        id,
        request: (capture === null ? null : captured.get(capture)) ?? null,
      })),
    };
  }

  /** How many requests are kept whole. */
  get captured(): number {
    const [row] = this.#sql.exec<{ total: number }>('SELECT count(*) AS total FROM captures').toArray();
    return row?.total ?? 0;
  }

  /** Erases all requests that are kept whole, and says how many there were. */
  eraseCaptured(): number {
    const erased = this.captured;
    this.#oldestAt = undefined;
    this.#sql.exec('DELETE FROM captures');
    return erased;
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

/** An earlier release counted no hours: not known is what came up to the last refusal that it kept. */
function perHourOf({ perHour, last }: Stored): HourCounts {
  const latest = last[0];
  return perHour ?? (latest === undefined ? NOTHING_COUNTED : unknownUpTo(latest.at));
}

function fromRow({ request, body }: CaptureRow): CapturedRequest {
  return { ...(JSON.parse(request) as Omit<CapturedRequest, 'body'>), body: new Uint8Array(body) };
}
