/**
 * Waiting for the next commit: whoever reads at the end of the log can be told when there is more, without asking again.
 *
 * Bounded: beyond `LIMITS.MAX_WAITERS` nobody else waits. Only memory: an object that is evicted ends its waiters'
 * calls, and they ask again.
 */
import { LIMITS } from '../../limits';
import type { EventSummary } from '../contract/events';

export class NewEvents {
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

/** What pages of any order have in common. */
type Page<C> = { events: EventSummary[]; next: C | null; cursor: C; turnedAway?: true; beyondEnd?: true };

/**
 * A page that is not empty, waiting for events up to `query.waitMs` where the log ends; what the filter leaves out is
 * not examined twice. Null once the webhook is gone.
 * @param read gives null once the webhook is gone
 */
export async function awaitEvents<C, Q extends { after: C; waitMs?: number }, P extends Page<C>>(
  read: (query: Q) => P | null,
  newEvents: NewEvents,
  query: Q,
  now: () => number,
): Promise<P | null> {
  const deadline = now() + (query.waitMs ?? 0);
  let { after } = query;
  while (true) {
    const page = read({ ...query, after });
    if (page === null || page.events.length > 0 || page.next !== null || page.beyondEnd) return page;
    switch (await newEvents.next(deadline - now())) {
      case 'arrived':
        after = page.cursor;
        continue;
      case 'waited':
        return page;
      case 'full':
        return { ...page, turnedAway: true };
    }
  }
}
