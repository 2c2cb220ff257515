/**
 * What the objects of an isolate keep in memory of their latest events, so that these need not be read again. It has the room
 * that nobody else needs, up to a bound, and goes first: the oldest of all objects before the others.
 *
 * An object that ends without notice leaves its own here until they are the oldest. They count, as they are in memory still.
 */

/** An entry of some object. */
export type Recent = { readonly bytes: number; readonly drop: () => void };

export class RecentBytes {
  #room: () => number;
  /** Oldest first. */
  #entries = new Set<Recent>();
  #bytes = 0;

  /** @param room bytes that may be used now */
  constructor(room: () => number) {
    this.#room = room;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** May drop others, and the new one itself where there is no room even so. */
  add(entry: Recent): void {
    this.#entries.add(entry);
    this.#bytes += entry.bytes;
    this.fit();
  }

  /** Its owner does not have it any more. */
  remove(entry: Recent): void {
    if (this.#entries.delete(entry)) this.#bytes -= entry.bytes;
  }

  /** To be called when there may be less room than before. */
  fit(): void {
    const room = this.#room();
    for (const oldest of this.#entries) {
      if (this.#bytes <= room) return;
      this.remove(oldest);
      oldest.drop();
    }
  }
}
