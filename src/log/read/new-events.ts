/**
 * Waiting for the next commit: a reader at the end of the log is told when there is more, and need not ask again.
 *
 * At most `LIMITS.MAX_WAITERS` readers wait, only in memory. When the object is evicted, they have to ask again.
 */
import { LIMITS } from '../../limits';
import type { EventSummary } from '../contract/events';
import type { AttemptEnd } from '../forward/attempt-end';

/** Who hears of everything at once: the listeners of a stream. */
export type Follower = {
  /** Something may have been committed. */
  committed: () => void;
  /** Attempts to deliver ended, and that is stored. */
  ended: (ends: readonly AttemptEnd[]) => void;
};

/** The readers that wait for a commit. */
export class NewEvents {
  #waiting = new Set<() => void>();
  #follower: Follower | null = null;

  follow(follower: Follower): void {
    this.#follower = follower;
  }

  /** Wakes all waiting readers. To be called after a commit, and when the webhook is deleted. */
  announce(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
    this.#follower?.committed();
  }

  /** To be called when the results of attempts are stored. */
  ended(ends: readonly AttemptEnd[]): void {
    this.#follower?.ended(ends);
  }

  /** `arrived`: there may be new events. `waited`: `ms` have passed. `full`: too many readers wait already. */
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

/** What pages of the list and of the feed have in common. */
type Page<C> = {
  events: EventSummary[];
  next: C | null;
  cursor: C;
  turnedAway?: true;
  beyondEnd?: true;
  otherLife?: true;
};

/**
 * A page. Where the log ends before the page has an event, waits up to `query.waitMs` for one; events that the filter
 * leaves out are examined only once.
 * @param views null when the webhook is gone, as is then the result
 */
export async function awaitEvents<
  V extends { newEvents: NewEvents },
  C,
  Q extends { after: C | 'now'; waitMs?: number },
  P extends Page<C>,
>(views: () => V | null, read: (views: V, query: Q) => P, query: Q, now: () => number): Promise<P | null> {
  const deadline = now() + (query.waitMs ?? 0);
  let { after } = query;
  while (true) {
    const current = views();
    if (current === null) return null;
    const page = read(current, { ...query, after });
    if (page.events.length > 0 || page.next !== null) return page;
    if (page.beyondEnd || page.otherLife) return page;
    switch (await current.newEvents.next(deadline - now())) {
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
