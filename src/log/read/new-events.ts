/**
 * Waiting for the next commit: whoever reads at the end of the log can be told when there is more, without asking again.
 *
 * Bounded: beyond `LIMITS.MAX_WAITERS` nobody else waits. Only memory: an object that is evicted ends its waiters'
 * calls, and they ask again.
 */
import { LIMITS } from '../../limits';

export class Arrivals {
  #waiting = new Set<() => void>();

  /** Something was committed, or the webhook is gone: everyone looks again. */
  announce(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** `arrived`: something may have. `waited`: `ms` have passed. `full`: too many wait already. */
  next(ms: number): Promise<'arrived' | 'waited' | 'full'> {
    if (ms <= 0) return Promise.resolve('waited');
    if (this.#waiting.size >= LIMITS.MAX_WAITERS) return Promise.resolve('full');
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer);
        resolve('arrived');
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(wake);
        resolve('waited');
      }, ms);
      this.#waiting.add(wake);
    });
  }
}
