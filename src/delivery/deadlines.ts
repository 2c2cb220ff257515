/**
 * Deadlines of what is under way in one object. Nearly all of them end long before they are due, and a timer that is set and
 * cleared for each, twice per attempt, is a twentieth of what a delivery costs. So one timer stands for all: it fires when the
 * earliest is due, or a second after it was set, whichever is sooner, and is then set anew. Within that second, whoever has a
 * deadline later than that sets no timer.
 * An action runs when it would with a timer of its own; where the clock is set meanwhile, a second or two beside that.
 *
 * The runtime keeps some 250 bytes of each timer that was cleared, for as long as its object is in memory (workerd, November 2026). So
 * while attempts follow each other, the timer is left to fire with nothing due. After a lone one it is cleared, as a timer keeps the
 * object awake.
 */
import type { Clock } from '../clock';

/** No deadline of a response's body is sooner, so that setting one does not move the timer of the same attempt. */
const LOOK_MS = 1000;
/** How late a timer may come. When more seems to have passed, the clock was set, or nothing ran that could have read an answer. */
const LATE_MS = 1000;

type Deadline = { at: number; action: () => void };

export class Deadlines {
  readonly #clock: Clock;
  readonly #due = new Set<Deadline>();
  #look: { at: number; cancel: () => void } | null = null;
  /** What a clock that was set is behind, so that nothing is due later or sooner for it. */
  #behindMs = 0;
  #latest = Number.NEGATIVE_INFINITY;
  /** Since when nothing is under way; and whether what is began soon after what was before. */
  #idleSince = Number.NEGATIVE_INFINITY;
  #beganSoon = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `action` in `ms`, unless what is returned is called before. */
  set(ms: number, action: () => void): () => void {
    const now = this.#now();
    if (this.#due.size === 0) this.#beganSoon = now - this.#idleSince < LOOK_MS;
    const one = { at: now + ms, action };
    this.#due.add(one);
    this.#lookBy(one.at, now);
    return () => {
      if (!this.#end(one, this.#now()) || this.#beganSoon) return;
      this.#look?.cancel();
      this.#look = null;
    };
  }

  /** Whether it was under way, and nothing else is. */
  #end(one: Deadline, now: number): boolean {
    const isLast = this.#due.delete(one) && this.#due.size === 0;
    if (isLast) this.#idleSince = now;
    return isLast;
  }

  #lookBy(at: number, now: number): void {
    if (this.#look !== null && this.#look.at <= at) return;
    this.#look?.cancel();
    const ms = Math.min(Math.max(0, at - now), LOOK_MS);
    this.#look = { at: now + ms, cancel: this.#clock.later(ms, this.#looked) };
  }

  #looked = (): void => {
    const now = this.#now();
    this.#look = null;
    try {
      for (const one of this.#due) {
        if (one.at > now) continue;
        this.#end(one, now);
        one.action();
      }
    } finally {
      let earliest = Number.POSITIVE_INFINITY;
      for (const { at } of this.#due) earliest = Math.min(earliest, at);
      if (this.#due.size > 0) this.#lookBy(earliest, now);
    }
  };

  /** ms, of a clock that never goes back, and not far beyond the moment for which the timer is set: that is no time that has passed. */
  #now(): number {
    const now = this.#clock.now();
    this.#behindMs += Math.max(0, this.#latest - now);
    this.#latest = now;
    const latest = this.#look === null ? Number.POSITIVE_INFINITY : this.#look.at + LATE_MS;
    this.#behindMs -= Math.max(0, now + this.#behindMs - latest);
    return now + this.#behindMs;
  }
}
