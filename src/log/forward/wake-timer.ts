/** A timer that fires at the earliest time it was asked for. Lost when the object is evicted. */
import type { Clock } from '../../clock';

/** One timer for one action. */
export class WakeTimer {
  #clock: Clock;
  #action: () => void;
  #next: { at: number; cancel: () => void } | null = null;

  constructor(clock: Clock, action: () => void) {
    this.#clock = clock;
    this.#action = action;
  }

  /** @param at ms since 1970; null for never */
  request(at: number | null): void {
    if (at === null || (this.#next !== null && this.#next.at <= at)) return;
    this.#next?.cancel();
    const cancel = this.#clock.later(Math.max(1, at - this.#clock.now()), () => {
      this.#next = null;
      this.#action();
    });
    this.#next = { at, cancel };
  }

  stop(): void {
    this.#next?.cancel();
  }
}
