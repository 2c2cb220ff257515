/**
 * The journal of delivery attempts: what was tried, when, and how it went.
 *
 * The latest entries are stored in the document that every flush writes anyway. A full batch of them moves to a row of
 * its own. So the history of a delivery that succeeds at once costs a fraction of a row.
 */
import type { AttemptResult, ConnectionError, ReceiverAnswer } from '../../delivery/outgoing';
import type { AttemptView } from '../contract/events';
import type { Day, DayTables } from './day-tables';
import { write } from './write';

const ENTRIES_PER_ROW = 64;
/** After a flush of very many results a row has more, and no more than this: with an answer, an entry takes at most 13 KB. */
const MAX_ENTRIES_PER_ROW = 128;
/** Answers that wait for a row are written with every flush: with so many characters, a row is due earlier. */
const ANSWERS_PER_ROW = 32 * 1024;

/** One attempt. `at` in ms since 1970; `status` null without an HTTP response, `error` null when it was delivered. */
export type JournalEntry = [
  sequence: number,
  destinationId: string,
  attempt: number,
  at: number,
  durationMs: number,
  status: number | null,
  error: string | null,
  /** Why there was no answer, or what it was, and the replay that it is of; absent where there is neither. */
  more?: { connection?: ConnectionError; answer?: ReceiverAnswer; replay?: number },
];

/** Which attempt it was. `erased`: the body of its event is, so no answer is kept, as it may quote it. */
export type JournaledAttempt = {
  sequence: number;
  destinationId: string;
  attempt: number;
  replayId: number | null;
  erased: boolean;
};

/** The attempts of all destinations of a webhook. */
export class AttemptJournal {
  #sql: SqlStorage;
  #days: DayTables;
  #recent: JournalEntry[];
  /** Characters of the answers in it. */
  #answers: number;

  /** @param recent the latest entries, as `recent` gave them */
  constructor(sql: SqlStorage, days: DayTables, recent: JournalEntry[]) {
    this.#sql = sql;
    this.#days = days;
    this.#recent = recent;
    this.#answers = recent.reduce((sum, entry) => sum + answerLength(entry), 0);
  }

  /** The entries that have no row of their own yet, to be stored with the cursors. */
  get recent(): JournalEntry[] {
    return this.#recent;
  }

  add({ sequence, destinationId, attempt, replayId, erased }: JournaledAttempt, result: AttemptResult): void {
    const { at, durationMs, status, error, answer, connectionError: connection } = result;
    const entry: JournalEntry = [sequence, destinationId, attempt, at, durationMs, status, error];
    const more = {
      ...(connection === undefined ? {} : { connection }),
      ...(answer === undefined || erased ? {} : { answer }),
      ...(replayId === null ? {} : { replay: replayId }),
    };
    if (Object.keys(more).length > 0) entry.push(more);
    this.#recent.push(entry);
    this.#answers += answerLength(entry);
  }

  /**
   * Erases the answers to attempts of an event, which may quote its body. 1 row for each batch that has any; the latest entries are
   * stored with the cursors, which is up to the caller. In its transaction. False where there is nothing to store.
   */
  eraseAnswers(sequence: number): boolean {
    for (const { id } of this.#daysFrom(sequence)) {
      for (const { row, entries } of this.#batches(id, sequence)) {
        if (!forget(entries, sequence)) continue;
        write(this.#sql, `UPDATE attempts_${id} SET entries = ? WHERE id = ?`, JSON.stringify(entries), row);
      }
    }
    return forget(this.#recent, sequence);
  }

  /** Moves the latest entries to a row when they fill one. Inside the caller's transaction. */
  spill(): void {
    if (this.#recent.length < ENTRIES_PER_ROW && this.#answers < ANSWERS_PER_ROW) return;
    const batch = this.#recent;
    this.#recent = [];
    this.#answers = 0;
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
      .map(([, destinationId, attempt, at, durationMs, status, error, more]) => ({
        destinationId,
        attempt,
        at,
        outcome: error === null ? 'delivered' : 'failed',
        status,
        durationMs,
        error,
        connectionError: more?.connection ?? null,
        answer: more?.answer ?? null,
        replayId: more?.replay ?? null,
      }));
  }

  /** What a destination said last where it did not take an event; null where that is not among the latest attempts. */
  lastAnswer(destinationId: string): ReceiverAnswer | null {
    const failed = this.#recent.findLast(([, id, , , , , error]) => id === destinationId && error !== null);
    return failed?.[7]?.answer ?? null;
  }

  /** Which of the events `first..last` a destination took. Reads a row for each 64 attempts since the first of them. */
  delivered(destinationId: string, first: number, last: number): Set<number> {
    const attempts = [...this.#stored(first, last), this.#recent].flat();
    const taken = attempts.filter(([, id, , , , , error]) => id === destinationId && error === null);
    return new Set(taken.map(([sequence]) => sequence));
  }

  /** The stored batches that may have attempts for the events `first..last`, oldest first. */
  #stored(first: number, last = first): JournalEntry[][] {
    return this.#daysFrom(first).flatMap(({ id }) =>
      this.#batches(id, first, last).map(({ entries }) => entries),
    );
  }

  /** The days in which attempts for an event may have been made. */
  #daysFrom(sequence: number): readonly Day[] {
    const from = this.#days.of(sequence)?.id ?? 0;
    return this.#days.all.filter(({ id }) => id >= from);
  }

  #batches(day: number, first: number, last = first): { row: number; entries: JournalEntry[] }[] {
    return this.#sql
      .exec<{ id: number; entries: string }>(
        `SELECT id, entries FROM attempts_${day} WHERE first_sequence <= ? AND last_sequence >= ? ORDER BY id`,
        last,
        first,
      )
      .toArray()
      .map(({ id, entries }) => ({ row: id, entries: JSON.parse(entries) as JournalEntry[] }));
  }
}

const answerLength = ([, , , , , , , more]: JournalEntry): number =>
  more?.answer === undefined ? 0 : JSON.stringify(more.answer).length;

/** Removes the answers of an event from entries. Whether there were any. */
function forget(entries: readonly JournalEntry[], sequence: number): boolean {
  let changed = false;
  for (const [of, , , , , , , more] of entries) {
    if (of !== sequence || more?.answer === undefined) continue;
    delete more.answer;
    changed = true;
  }
  return changed;
}
