/**
 * The journal of delivery attempts: what was tried, when, and how it went.
 *
 * The latest entries travel inside the row that every flush writes anyway; full batches move to a row of their own.
 * A delivery that succeeds at once thus costs a fraction of a row for its history.
 */
import type { AttemptResult } from '../../delivery/outgoing';
import type { AttemptView } from '../contract';
import type { Segments } from './event-tables';

const ENTRIES_PER_ROW = 64;

type Entry = [
  sequence: number,
  destinationId: string,
  attempt: number,
  at: number,
  durationMs: number,
  status: number | null,
  error: string | null,
];

export class AttemptJournal {
  recent: Entry[];
  #segments: Segments;

  constructor(segments: Segments, recent: Entry[]) {
    this.#segments = segments;
    this.recent = recent;
  }

  add(sequence: number, destinationId: string, attempt: number, result: AttemptResult): void {
    const { at, durationMs, status, error } = result;
    this.recent.push([sequence, destinationId, attempt, at, durationMs, status, error]);
  }

  /** Moves full batches to rows. Inside the caller's transaction. */
  spill(): void {
    if (this.recent.length < ENTRIES_PER_ROW) return;
    const batch = this.recent;
    this.recent = [];
    const sequences = batch.map(([sequence]) => sequence);
    this.#segments.insertAttempts(Math.min(...sequences), Math.max(...sequences), JSON.stringify(batch));
  }

  /** The attempts made for an event, oldest first. */
  of(sequence: number): AttemptView[] {
    const stored = this.#segments.attemptsAround(sequence).map(text => JSON.parse(text) as Entry[]);
    return [...stored, this.recent]
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
}
