/**
 * Carries a batch of events to one destination, over the connections of the object that does it: a courier, or the
 * webhook's own.
 *
 * Waiting for a connection is no attempt: an attempt begins, and its time runs, when it has one. What could not begin in
 * time is left, so that the caller hears well before it gives up. So a receiver that hangs costs the attempts under way,
 * and not one for each event. Where the runtime refuses a fetch for a limit of its own, the rest is left as well.
 */
import { logCallFailure } from '../call-failure';
import { type Clock, PLATFORM_CLOCK } from '../clock';
import { isPlatformLimit } from '../platform-limit';
import { attemptDelivery } from './attempt';
import { Connections } from './connections';
import { Deadlines } from './deadlines';
import type { AttemptResult, CourierTarget, OutgoingEvent } from './outgoing';

/** No attempt begins later than this after the call. The call then ends within this time and one attempt's timeout. */
const START_WINDOW_MS = 5000;

export type CarryDeps = {
  connections: Connections;
  clock: Clock;
  /** Null when a limit of the platform prevented the attempt. Throws nothing. */
  attempt: (target: CourierTarget, event: OutgoingEvent) => Promise<AttemptResult | null>;
};

/** What an object needs to carry events itself, over so many connections. */
export function carrying(env: Env, connections: number): CarryDeps {
  const { now } = PLATFORM_CLOCK;
  const deadlines = new Deadlines(PLATFORM_CLOCK);
  const allowPrivate = env.ALLOW_PRIVATE_DESTINATIONS === '1';
  const attempt = async (target: CourierTarget, event: OutgoingEvent): Promise<AttemptResult | null> => {
    let prevented = false;
    const send: typeof fetch = (input, init) =>
      fetch(input, init).catch((error: unknown) => {
        prevented = isPlatformLimit(error);
        if (prevented) {
          const { webhookId: webhook_id, destinationId: destination_id } = target;
          logCallFailure('send', error, { webhook_id, destination_id });
        }
        throw error;
      });
    const result = await attemptDelivery(target, event, { fetch: send, now, deadlines, allowPrivate });
    return prevented ? null : result;
  };
  const later: Clock['later'] = (ms, action) => deadlines.set(ms, action);
  return { connections: new Connections(connections, { later }), clock: PLATFORM_CLOCK, attempt };
}

/**
 * Results in the order of `events`, which are begun in order. There may be fewer, or a hole where a limit prevented an
 * attempt: what has no result was not attempted.
 */
export async function carry(
  target: CourierTarget,
  events: readonly OutgoingEvent[],
  { connections, clock, attempt }: CarryDeps,
): Promise<AttemptResult[]> {
  const endsAt = clock.now() + START_WINDOW_MS;
  const waiting = events.entries();
  const results: AttemptResult[] = [];
  let left = events.length;
  let stopped = false;

  const goesOn = (): boolean => !stopped && left > 0;
  const next = async (): Promise<void> => {
    const { done, value } = waiting.next();
    if (done) return;
    left--;
    const [index, event] = value;
    const result = await attempt(target, event);
    if (result !== null) results[index] = result;
    if (result === null || (target.inOrder && result.outcome !== 'delivered')) stopped = true;
  };
  const lane = async (): Promise<void> => {
    do {
      if (!(await connections.take(endsAt - clock.now()))) return;
      try {
        if (goesOn()) await next();
      } finally {
        connections.free();
      }
    } while (goesOn() && clock.now() < endsAt);
  };
  const lanes = target.inOrder ? 1 : Math.min(target.connections, events.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
