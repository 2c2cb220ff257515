/**
 * Who waits for memory, in the order in which they came. Each asks again every now and then, from its own object: an object
 * must not run what belongs to another. Whoever is late to ask leaves room to those ahead of it, so that a large body is not
 * overtaken by small ones for ever. Whoever asks no more is forgotten.
 */

/** How long whoever waits may wait before it asks again. */
export const ASK_AGAIN_MS = 50;
/** Objects ask every `ASK_AGAIN_MS`; one that has not asked for so long has ended, or has nothing to send. */
const FORGOTTEN_MS = 2000;

export class WaitingLine {
  /** In their order. `at`: when it asked last, ms since 1970. */
  #waiting = new Map<string, { bytes: number; at: number }>();

  /** Bytes that those ahead of `who` wait for; all of them where it does not wait yet. */
  ahead(who: string, now: number): number {
    let bytes = 0;
    for (const [other, one] of this.#waiting) {
      if (other === who) break;
      if (now - one.at > FORGOTTEN_MS) this.#waiting.delete(other);
      else bytes += one.bytes;
    }
    return bytes;
  }

  /** It keeps its place where it has one. */
  ask(who: string, bytes: number, now: number): void {
    this.#waiting.set(who, { bytes, at: now });
  }

  leave(who: string): void {
    this.#waiting.delete(who);
  }

  get length(): number {
    return this.#waiting.size;
  }
}
