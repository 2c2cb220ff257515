/**
 * What the objects of an isolate keep in memory of their latest events, so that these need not be read again. It has the room
 * that nobody else needs, up to a bound, and goes first: the oldest of all objects before the others.
 *
 * What is forwarded right after its commit is needed for moments. What stays longer makes each collection of garbage longer, for which
 * everything waits. So the old ones go with the next that comes.
 *
 * An object that ends without notice leaves its own here until they are old. They count, as they are in memory still.
 */

/** After so long an entry is old. */
const MAX_AGE_MS = 5000;

/** An entry of some object. */
export type Recent = { readonly bytes: number; readonly drop: () => void };

export class RecentBytes {
  #room: () => number;
  #now: () => number;
  /** Since when each is here, ms since 1970. Oldest first. */
  #entries = new Map<Recent, number>();
  #bytes = 0;

  /** @param room bytes that may be used now @param now ms since 1970 */
  constructor(room: () => number, now: () => number) {
    this.#room = room;
    this.#now = now;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** May drop others, and the new one itself where there is no room even so. */
  add(entry: Recent): void {
    const now = this.#now();
    this.#entries.set(entry, now);
    this.#bytes += entry.bytes;
    for (const [oldest, since] of this.#entries) {
      if (since > now - MAX_AGE_MS) break;
      this.#drop(oldest);
    }
    this.fit();
  }

  /** Its owner does not have it any more. */
  remove(entry: Recent): void {
    if (this.#entries.delete(entry)) this.#bytes -= entry.bytes;
  }

  /** To be called when there may be less room than before. */
  fit(): void {
    const room = this.#room();
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= room) return;
      this.#drop(oldest);
    }
  }

  #drop(entry: Recent): void {
    this.remove(entry);
    entry.drop();
  }
}
