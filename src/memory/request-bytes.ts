/**
 * The bodies that requests hold in an isolate: while they arrive, and then until they are answered. A stranger can begin many
 * and finish none, so those that are not complete have a bound of their own. The room above it is for the others.
 *
 * A request whose sender hangs up may end without notice, and would never give back what it took. So what was taken counts no
 * longer than a body may take, and a complete one no longer than a request.
 */
import { LIMITS } from '../limits';

/** `isUnfinished`: it counts among those that have a bound of their own. */
type Taken = { bytes: number; isUnfinished: boolean; until: number };

export type RequestBytesDeps = {
  /** Bytes, together, and for large bodies that are not complete. */
  most: number;
  unfinished: number;
  /** Called when more is held than before. */
  grown: () => void;
  /** ms since 1970 */
  now: () => number;
};

/** The requests of one isolate. */
export class RequestBytes {
  #deps: RequestBytesDeps;
  #taken = new Set<Taken>();
  #bytes = 0;
  #unfinished = 0;

  constructor(deps: RequestBytesDeps) {
    this.#deps = deps;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A share that holds nothing yet. */
  share(): BodyShare {
    return new BodyShare(this);
  }

  /** Puts `next` in the place of `before`. False where there is not so much left: all is then as it was. */
  replace(before: Taken | null, next: Taken): boolean {
    if (!this.#hasRoom(before, next)) {
      const now = this.#deps.now();
      for (const one of this.#taken) if (one.until <= now) this.remove(one);
      if (!this.#hasRoom(before, next)) return false;
    }
    if (before !== null) this.remove(before);
    this.#taken.add(next);
    this.#count(next, 1);
    this.#deps.grown();
    return true;
  }

  remove(taken: Taken): void {
    if (this.#taken.delete(taken)) this.#count(taken, -1);
  }

  /** Until when a body counts that is taken now. */
  until(isComplete: boolean): number {
    return this.#deps.now() + (isComplete ? LIMITS.MAX_REQUEST_MS : LIMITS.MAX_BODY_READ_MS);
  }

  #hasRoom(before: Taken | null, next: Taken): boolean {
    const { most, unfinished } = this.#deps;
    // One that counted for too long may not count any more.
    const counted = before !== null && this.#taken.has(before) ? before : null;
    if (this.#bytes - (counted?.bytes ?? 0) + next.bytes > most) return false;
    return this.#unfinished - unfinishedOf(counted) + unfinishedOf(next) <= unfinished;
  }

  #count(taken: Taken, sign: 1 | -1): void {
    this.#bytes += sign * taken.bytes;
    this.#unfinished += sign * unfinishedOf(taken);
  }
}

const unfinishedOf = (taken: Taken | null): number => (taken?.isUnfinished ? taken.bytes : 0);

/** What one request holds. To be ended, whatever becomes of the request. */
export class BodyShare {
  #all: RequestBytes;
  #taken: Taken | null = null;

  constructor(all: RequestBytes) {
    this.#all = all;
  }

  /** So many bytes may come. False where there is not so much left; the share is then as it was. */
  grow(bytes: number): boolean {
    if (bytes <= (this.#taken?.bytes ?? 0)) return true;
    const isUnfinished = bytes > LIMITS.SMALL_BODY_BYTES;
    return this.#take({ bytes, isUnfinished, until: this.#taken?.until ?? this.#all.until(false) });
  }

  /** So many bytes are held now, and nothing more comes. False as with `grow`. */
  hold(bytes: number): boolean {
    return this.#take({ bytes, isUnfinished: false, until: this.#all.until(true) });
  }

  #take(next: Taken): boolean {
    if (!this.#all.replace(this.#taken, next)) return false;
    this.#taken = next;
    return true;
  }

  /** Nothing is held any more. */
  end(): void {
    if (this.#taken !== null) this.#all.remove(this.#taken);
    this.#taken = null;
  }
}
