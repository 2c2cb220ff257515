/**
 * Which events a span of time has, without an index by time: sequences are given in the order of acceptance, so a binary search
 * in the table of the day finds its bounds with a row read a step.
 */
import type { Day, DayTables } from './day-tables';

/**
 * The clock of an object may go back a little when it moves to another machine. A span is searched with this much around it,
 * in ms, and who reads it holds each event against the span itself.
 */
const CLOCK_SLACK_MS = 1000;

/** The times of a webhook's events. Only reads. */
export class EventTimes {
  #sql: SqlStorage;
  #days: DayTables;

  constructor(sql: SqlStorage, days: DayTables) {
    this.#sql = sql;
    this.#days = days;
  }

  /** The sequences `first..last` of which all events accepted in `[since, until)` are; ms since 1970, null for no bound. */
  span(since: number | null, until: number | null, lastSequence: number): { first: number; last: number } {
    const first = since === null ? this.#days.firstSequence : this.#firstFrom(since - CLOCK_SLACK_MS);
    const end = until === null ? null : this.#firstFrom(until + CLOCK_SLACK_MS);
    return { first, last: end === null ? lastSequence : Math.min(lastSequence, end - 1) };
  }

  /** The lowest sequence accepted at `ms` or later; beyond the last one where there is none. */
  #firstFrom(ms: number): number {
    const index = this.#days.all.findLastIndex(({ openedAt }) => openedAt <= ms);
    const day = this.#days.all[index];
    if (day === undefined) return this.#days.firstSequence;
    let low = day.firstSequence;
    let high = this.#days.all[index + 1]?.firstSequence ?? this.#lastOf(day) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#from(day, middle);
      if (row === null || row.received_at >= ms) high = middle;
      else low = row.sequence + 1;
    }
    return low;
  }

  #lastOf({ id, firstSequence }: Day): number {
    const [row] = this.#sql
      .exec<{ last: number | null }>(`SELECT max(sequence) AS last FROM events_${id}`)
      .toArray();
    return row?.last ?? firstSequence - 1;
  }

  #from({ id }: Day, sequence: number): { sequence: number; received_at: number } | null {
    const sql = `SELECT sequence, received_at FROM events_${id} WHERE sequence >= ? ORDER BY sequence LIMIT 1`;
    const [row] = this.#sql.exec<{ sequence: number; received_at: number }>(sql, sequence).toArray();
    return row ?? null;
  }
}
