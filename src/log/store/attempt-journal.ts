/**
 * The journal of delivery attempts: what was tried, when, and how it went.
 *
 * The latest entries are stored in the document that every flush writes anyway. A full batch of them moves to a row of
 * its own. So the history of a delivery that succeeds at once costs a fraction of a row.
 */
import type { AttemptResult } from '../../delivery/outgoing';
import type { AttemptView } from '../contract/events';
import type { Day, DayTables } from './day-tables';
import { write } from './write';

const ENTRIES_PER_ROW = 64;
/** After a flush of very many results a row has more, and no more than this: an entry takes less than 200 bytes. */
const MAX_ENTRIES_PER_ROW = 4096;

/** One attempt. `at` in ms since 1970; `status` null without an HTTP response, `error` null when it was delivered. */
export type JournalEntry = [
  sequence: number,
  destinationId: string,
  attempt: number,
  at: number,
  durationMs: number,
  status: number | null,
  error: string | null,
];

/** The attempts of all destinations of a webhook. */
export class AttemptJournal {
  #sql: SqlStorage;
  #days: DayTables;
  #recent: JournalEntry[];

  /** @param recent the latest entries, as `recent` gave them */
  constructor(sql: SqlStorage, days: DayTables, recent: JournalEntry[]) {
    this.#sql = sql;
    this.#days = days;
    this.#recent = recent;
  }

  /** The entries that have no row of their own yet, to be stored with the cursors. */
  get recent(): JournalEntry[] {
    return this.#recent;
  }

  add(sequence: number, destinationId: string, attempt: number, result: AttemptResult): void {
    const { at, durationMs, status, error } = result;
    this.#recent.push([sequence, destinationId, attempt, at, durationMs, status, error]);
  }

  /** Moves the latest entries to a row when they fill one. Inside the caller's transaction. */
  spill(): void {
    if (this.#recent.length < ENTRIES_PER_ROW) return;
    const batch = this.#recent;
    this.#recent = [];
    const day = this.#days.all.at(-1);
    if (day === undefined) return;
    for (let start = 0; start < batch.length; start += MAX_ENTRIES_PER_ROW) {
      this.#insert(day, batch.slice(start, start + MAX_ENTRIES_PER_ROW));
    }
  }

  #insert({ id }: Day, batch: readonly JournalEntry[]): void {
    const sequences = batch.map(([sequence]) => sequence);
    write(
      this.#sql,
      `INSERT INTO attempts_${id} (first_sequence, last_sequence, entries) VALUES (?, ?, ?)`,
      Math.min(...sequences),
      Math.max(...sequences),
      JSON.stringify(batch),
    );
  }

  /** The attempts made for an event, oldest first. */
  of(sequence: number): AttemptView[] {
    return [...this.#stored(sequence), this.#recent]
      .flat()
      .filter(entry => entry[0] === sequence)
      .map(([, destinationId, attempt, at, durationMs, status, error]) => ({
        destinationId,
        attempt,
        at,
        outcome: error === null ? 'delivered' : 'failed',
        status,
        durationMs,
        error,
      }));
  }

  /** Which of the events `first..last` a destination took. Reads a row for each 64 attempts since the first of them. */
  delivered(destinationId: string, first: number, last: number): Set<number> {
    const attempts = [...this.#stored(first, last), this.#recent].flat();
    const taken = attempts.filter(([, id, , , , , error]) => id === destinationId && error === null);
    return new Set(taken.map(([sequence]) => sequence));
  }

  /** The stored batches that may have attempts for the events `first..last`, oldest first. */
  #stored(first: number, last = first): JournalEntry[][] {
    const found: JournalEntry[][] = [];
    const from = this.#days.of(first)?.id ?? 0;
    for (const { id } of this.#days.all) {
      if (id < from) continue;
      const rows = this.#sql.exec<{ entries: string }>(
        `SELECT entries FROM attempts_${id} WHERE first_sequence <= ? AND last_sequence >= ? ORDER BY id`,
        last,
        first,
      );
      for (const row of rows) found.push(JSON.parse(row.entries) as JournalEntry[]);
    }
    return found;
  }
}
