/**
 * The latest stored events, in memory: most events are forwarded right after their commit, and then need not be read
 * from their table. Bounded in number and bytes, and any of them may be dropped where the isolate needs its memory. A stored
 * event that changes must be forgotten here.
 */
import { LIMITS } from '../../limits';
import type { Recent, RecentBytes } from '../../memory/recent-bytes';
import type { StoredEvent } from './stored-event';

const MAX_EVENTS = 512;

type RecentEvent = Recent & { event: StoredEvent; body: Uint8Array };

/** A cache of `EventRows`. */
export class RecentEvents {
  /** By sequence, in the order in which they were stored. */
  #events = new Map<number, RecentEvent>();
  #bytes = 0;
  /** The highest sequence that was stored; null when it is not known, as after waking up. */
  #last: number | null = null;
  #memory: RecentBytes;

  /** @param memory that of the isolate */
  constructor(memory: RecentBytes) {
    this.#memory = memory;
  }

  /** @param bytes what the event takes in memory, with its body */
  add(event: StoredEvent, body: Uint8Array, bytes: number): void {
    const { sequence } = event;
    this.#last = Math.max(this.#last ?? 0, sequence);
    this.forget(sequence);
    const recent = { event, body, bytes, drop: () => this.forget(sequence) };
    this.#events.set(sequence, recent);
    this.#bytes += bytes;
    this.#memory.add(recent);
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= MAX_EVENTS && this.#bytes <= LIMITS.MAX_RECENT_BYTES_PER_WEBHOOK) break;
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
    const recent = this.#events.get(sequence);
    if (recent === undefined) return;
    this.#memory.remove(recent);
    this.#bytes -= recent.bytes;
    this.#events.delete(sequence);
  }

  /** For when any event may not be stored any more. */
  forgetAll(): void {
    for (const sequence of [...this.#events.keys()]) this.forget(sequence);
    this.#last = null;
  }
}
