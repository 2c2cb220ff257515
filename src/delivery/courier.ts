/**
 * Carries a batch of events to one destination, in an invocation of its own. Connections are limited per invocation (six
 * in production), so a webhook's object has more of them by calling several couriers.
 *
 * A courier keeps no state and never calls the object. The object gives up on a call after the timeout and 10 s more. To
 * answer well before that, a courier leaves what it could not begin in time. So a receiver that hangs costs the attempts
 * under way, and not one for each event. If a call is lost as a whole, any of its events may have been delivered.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import { attemptDelivery } from './attempt';
import type { AttemptResult, CourierTarget, OutgoingEvent } from './outgoing';

/** Connections that may wait for headers in one invocation, in production. Local runtimes do not limit them. */
export const MAX_CONNECTIONS = 6;

/** No attempt begins later than this after the call. The call then ends within this time and one attempt's timeout. */
const START_WINDOW_MS = 5000;

export class Courier extends WorkerEntrypoint<Env> {
  /**
   * Results in the order of `events`. There may be fewer: events are begun in order, and those past the last result were
   * not begun, which counts as no attempt. The first ones, up to the target's `connections`, always are.
   */
  async deliver(target: CourierTarget, events: OutgoingEvent[]): Promise<AttemptResult[]> {
    const now = () => Date.now();
    const deps = { fetch, now, allowPrivate: this.env.ALLOW_PRIVATE_DESTINATIONS === '1' };
    const startedAt = now();
    const waiting = events.entries();
    const results: AttemptResult[] = [];
    let stopped = false;

    const deliverOneByOne = async () => {
      do {
        const { done, value } = waiting.next();
        if (done) return;
        const [index, event] = value;
        const result = await attemptDelivery(target, event, deps);
        results[index] = result;
        if (target.inOrder && result.outcome !== 'delivered') stopped = true;
      } while (!stopped && now() - startedAt < START_WINDOW_MS);
    };
    const connections = target.inOrder ? 1 : Math.min(target.connections, MAX_CONNECTIONS);
    await Promise.all(Array.from({ length: connections }, deliverOneByOne));
    return results;
  }
}
