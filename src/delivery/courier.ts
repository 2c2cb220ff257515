/**
 * Carries a batch of events to one destination, in an invocation of its own: connections are limited per invocation
 * (six in production), so a webhook's object multiplies them by calling several couriers.
 *
 * A courier keeps no state and never calls the object. It answers well before the object gives up on it (timeout +
 * 10 s): what it could not begin in time it leaves, so that a receiver that hangs costs six attempts, not the batch.
 * If a call is lost as a whole, any of its events may have been delivered.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import { attemptDelivery } from './attempt';
import { Deadlines } from './deadlines';
import type { AttemptResult, CourierTarget, OutgoingEvent } from './outgoing';

/** Connections waiting for headers that one invocation may have; locally nobody counts. */
export const MAX_CONNECTIONS = 6;

/** No attempt begins later than this after the call: with the attempt's own timeout it stays under timeout + 10 s. */
const START_WINDOW_MS = 5000;

export class Courier extends WorkerEntrypoint<Env> {
  /**
   * Results in the order of `events`. There may be fewer: events are begun in order, and those past the last result
   * were not begun; they count no attempt. At least the first ones, up to the target's `connections`, always are.
   */
  async deliver(target: CourierTarget, events: OutgoingEvent[]): Promise<AttemptResult[]> {
    const now = () => Date.now();
    const deadlines = new Deadlines(now);
    const deps = {
      fetch,
      now,
      deadlines,
      allowPrivate: this.env.ALLOW_PRIVATE_DESTINATIONS === '1',
    };
    const startedAt = now();
    const waiting = events.entries();
    const results: AttemptResult[] = [];
    let stopped = false;

    const lane = async () => {
      do {
        const { done, value } = waiting.next();
        if (done) return;
        const [index, event] = value;
        const result = await attemptDelivery(target, event, deps);
        results[index] = result;
        if (target.inOrder && result.outcome !== 'delivered') stopped = true;
      } while (!stopped && now() - startedAt < START_WINDOW_MS);
    };
    const lanes = target.inOrder ? 1 : Math.min(target.connections, MAX_CONNECTIONS);
    await Promise.all(Array.from({ length: lanes }, lane));
    deadlines.stop();
    return results;
  }
}
