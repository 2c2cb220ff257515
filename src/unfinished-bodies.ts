/**
 * The memory that bodies take in this isolate while they arrive. A stranger can begin many and finish none; beyond a bound the
 * next one is not begun.
 *
 * A request whose sender hangs up may end without notice, and would never give back what it took. So what was taken counts no
 * longer than a body may take.
 */
import { LIMITS } from './limits';

type Taken = { bytes: number; until: number };

const taken = new Set<Taken>();

/** A share of the memory, for one body. */
export class BodyShare {
  #taken: Taken | null = null;

  /** Makes the share as large as this. False where there is not so much left; the share is then as it was. */
  grow(bytes: number): boolean {
    const more = bytes - (this.#taken?.bytes ?? 0);
    if (more <= 0) return true;
    const now = Date.now();
    if (total() + more > LIMITS.MAX_UNFINISHED_BYTES) {
      for (const one of taken) if (one.until <= now) taken.delete(one);
      if (total() + more > LIMITS.MAX_UNFINISHED_BYTES) return false;
    }
    this.#taken ??= { bytes: 0, until: now + LIMITS.MAX_BODY_READ_MS };
    this.#taken.bytes = bytes;
    taken.add(this.#taken);
    return true;
  }

  /** The body is complete, or is not read any more. */
  end(): void {
    if (this.#taken !== null) taken.delete(this.#taken);
    this.#taken = null;
  }
}

const total = (): number => {
  let bytes = 0;
  for (const one of taken) bytes += one.bytes;
  return bytes;
};
