/**
 * The latest stored events, in memory: most events are forwarded right after their commit, and then need not be read
 * from their table. Bounded in number and bytes. A stored event that changes must be forgotten here.
 */
import type { StoredEvent } from './stored-event';

const MAX_EVENTS = 512;
const MAX_BYTES = 2 * 1024 * 1024;

type RecentEvent = { event: StoredEvent; body: Uint8Array; bytes: number };

/** A cache of `EventRows`. */
export class RecentEvents {
  /** By sequence, in the order in which they were stored. */
  #events = new Map<number, RecentEvent>();
  #bytes = 0;
  /** The highest sequence that was stored; null when it is not known, as after waking up. */
  #last: number | null = null;

  /** @param bytes what the event takes in memory, with its body */
  add(event: StoredEvent, body: Uint8Array, bytes: number): void {
    const { sequence } = event;
    this.#last = Math.max(this.#last ?? 0, sequence);
    this.#events.set(sequence, { event, body, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= MAX_EVENTS && this.#bytes <= MAX_BYTES) break;
      this.forget(oldest);
    }
  }

  get(sequence: number): RecentEvent | null {
    return this.#events.get(sequence) ?? null;
  }

  /** The events after `sequence`, at most `limit`; null where not all of them are here. */
  after(sequence: number, limit: number): StoredEvent[] | null {
    if (this.#last === null) return null;
    const found: StoredEvent[] = [];
    for (let next = sequence + 1; next <= this.#last && found.length < limit; next++) {
      const known = this.#events.get(next);
      if (known === undefined) return null;
      found.push(known.event);
    }
    return found;
  }

  /** For an event that was changed. */
  forget(sequence: number): void {
    this.#bytes -= this.#events.get(sequence)?.bytes ?? 0;
    this.#events.delete(sequence);
  }

  /** For when any event may not be stored any more. */
  forgetAll(): void {
    this.#events.clear();
    this.#bytes = 0;
    this.#last = null;
  }
}
