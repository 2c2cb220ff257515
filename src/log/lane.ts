/**
 * One destination's way through the feed: what has been passed, what is under way, what is settled.
 *
 * The stored cursor only passes events that are settled: delivered, not wanted, or kept as an exception row. After a
 * crash the scan starts again at the cursor, so at most `MAX_TRAIL` events are delivered a second time, with the same
 * `webhook-id` and the same `gapless-previous`. No I/O: the owner reads the feed and writes the cursor.
 */
import type { FeedEntry, FeedPosition } from './feed';
import type { StoredEvent } from './segments';

/** How far the scan may run ahead of the stored cursor: the bound on redeliveries after a crash. */
export const MAX_TRAIL = 512;

export type Cursor = FeedPosition & {
  /** Sequence of the last event that this destination wanted; 0 before the first. */
  previous: number;
};

/** An event for this destination, with what was fixed when the scan passed it. */
export type Task = { event: StoredEvent; previous: number };

type Slot = { sequence: number; settled: boolean; after: Cursor };

export class Lane {
  #cursor: Cursor;
  #scan: Cursor;
  #slots: Slot[] = [];
  /** Passed by the scan, not under way: given back by a courier that could not begin them. */
  #waiting: Task[] = [];

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
    this.#scan = cursor;
  }

  /** Where the scan stands: read the feed from here. */
  get scan(): Cursor {
    return this.#scan;
  }

  /** Where a crash would start again: to be stored. */
  get cursor(): Cursor {
    return this.#cursor;
  }

  /** True while events passed by the scan are not settled. */
  get busy(): boolean {
    return this.#slots.length > 0;
  }

  /** How many more events the scan may pass now. */
  get room(): number {
    return MAX_TRAIL - this.#slots.length;
  }

  /** Moves the scan over `entries`, which follow it in the feed. Wanted events wait for `take`. */
  pass(entries: readonly FeedEntry[], wants: (event: StoredEvent) => boolean): void {
    for (const { at, event } of entries) {
      const wanted = event !== null && wants(event);
      const { previous } = this.#scan;
      this.#scan = { ...at, previous: wanted ? event.sequence : previous };
      if (wanted) {
        this.#slots.push({ sequence: event.sequence, settled: false, after: this.#scan });
        this.#waiting.push({ event, previous });
      } else {
        const last = this.#slots.at(-1);
        if (last === undefined) this.#cursor = this.#scan;
        else last.after = this.#scan;
      }
    }
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  take(count: number): Task[] {
    return this.#waiting.splice(0, count);
  }

  giveBack(tasks: readonly Task[]): void {
    this.#waiting.unshift(...tasks);
  }

  /** The event needs this lane no more. The cursor moves over what is settled without a break. */
  settle(sequence: number): void {
    const slot = this.#slots.find(other => other.sequence === sequence && !other.settled);
    if (slot === undefined) return;
    slot.settled = true;
    while (this.#slots[0]?.settled === true) {
      const first = this.#slots.shift();
      if (first !== undefined) this.#cursor = first.after;
    }
  }
}
