/**
 * Waiting for the next commit: whoever reads at the end of the log can be told when there is more, without asking again.
 *
 * Bounded: beyond `LIMITS.MAX_WAITERS` nobody else waits. Only memory: an object that is evicted ends its waiters'
 * calls, and they ask again.
 */
import { LIMITS } from '../limits';

export class Arrivals {
  #waiting = new Set<() => void>();

  /** Something was committed, or the webhook is gone: everyone looks again. */
  announce(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** True when something may have arrived; false when `ms` have passed, or when too many wait already. */
  next(ms: number): Promise<boolean> {
    if (ms <= 0 || this.#waiting.size >= LIMITS.MAX_WAITERS) return Promise.resolve(false);
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(wake);
        resolve(false);
      }, ms);
      this.#waiting.add(wake);
    });
  }
}
