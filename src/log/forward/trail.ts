/**
 * The trail of a destination: the events between its stored cursor and its scan, of which some are not settled yet.
 * The cursor follows the scan as far as everything before it is settled; what is settled beyond it is stored beside it.
 */
import type { FeedPosition } from '../contract/events';
import type { QueuedEvent } from './queued-event';

/** How far the scan may run ahead of the cursor: a bound on what is kept in memory, and on what is stored beside it. */
export const MAX_TRAIL = 512;

export type Cursor = FeedPosition & {
  /** Sequence of the last event that this destination wanted; 0 before the first. */
  previous: number;
  /** How many events it wanted so far. Numbers the events in the order of the feed, released ones too. */
  ordinal: number;
};

/** `after`: the cursor when it has passed the event. */
type Entry = { queued: QueuedEvent; settled: boolean; after: Cursor };

/** The trail of one destination. */
export class Trail {
  #cursor: Cursor;
  #scan: Cursor;
  #entries: Entry[] = [];

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
    this.#scan = cursor;
  }

  get scan(): Cursor {
    return this.#scan;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /** How many more queued events it takes. */
  get room(): number {
    return MAX_TRAIL - this.#entries.length;
  }

  get isHalfFull(): boolean {
    return this.#entries.length >= MAX_TRAIL / 2;
  }

  get isFull(): boolean {
    return this.#entries.length >= MAX_TRAIL;
  }

  /** The oldest queued event that is not settled, or null. */
  get oldest(): QueuedEvent | null {
    return this.#entries.find(entry => !entry.settled)?.queued ?? null;
  }

  /** The events beyond the cursor that are settled. */
  get settled(): number[] {
    return this.#entries.filter(({ settled }) => settled).map(({ queued }) => queued.sequence);
  }

  /** The scan passes an event that the destination wants. */
  add(queued: QueuedEvent, after: Cursor, settled: boolean): void {
    this.#scan = after;
    this.#entries.push({ queued, settled, after });
    if (settled) this.#advance();
  }

  /** Moves the scan past what the destination does not want. */
  skip(to: Cursor): void {
    this.#scan = to;
    const last = this.#entries.at(-1);
    if (last === undefined) this.#cursor = to;
    else last.after = to;
  }

  settle(queued: QueuedEvent): void {
    const entry = this.#entries.find(other => other.queued === queued);
    if (entry === undefined) return;
    entry.settled = true;
    this.#advance();
  }

  /** Settles queued events from the oldest on, as long as `isStored` says that they are stored elsewhere now. */
  settleOldest(isStored: (queued: QueuedEvent) => boolean): void {
    for (const entry of this.#entries) {
      if (!entry.settled && !isStored(entry.queued)) break;
      entry.settled = true;
    }
    this.#advance();
  }

  #advance(): void {
    let passed = 0;
    for (const entry of this.#entries) {
      if (!entry.settled) break;
      this.#cursor = entry.after;
      passed++;
    }
    if (passed > 0) this.#entries.splice(0, passed);
  }
}
