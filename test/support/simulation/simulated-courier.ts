/**
 * Couriers on virtual time: the real `carry` over six connections each, where the test says how each receiver answers.
 * They outlive the webhook's object, and what they have begun then goes on.
 */
import type { Clock } from '../../../src/clock';
import { carry } from '../../../src/delivery/carry';
import { Connections, MAX_CONNECTIONS } from '../../../src/delivery/connections';
import type { AttemptResult, CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import type { VirtualTime } from './virtual-time';
import type { Deliver } from './world';

/** `status` null: no answer; a timeout when it took the target's whole time, else a broken connection. */
export type Reply = { status: number | null; ms: number; retryAfterMs?: number | null };

export type Observer = {
  begun(target: CourierTarget, event: OutgoingEvent): void;
  finished(target: CourierTarget, event: OutgoingEvent, result: AttemptResult): void;
};

export function simulatedCourier(
  time: VirtualTime,
  reply: (target: CourierTarget, event: OutgoingEvent) => Reply,
  observer: Observer,
): Deliver {
  async function attempt(target: CourierTarget, event: OutgoingEvent): Promise<AttemptResult> {
    observer.begun(target, event);
    const at = time.now;
    const { status, ms, retryAfterMs = null } = reply(target, event);
    await time.sleep(ms);
    const delivered = status !== null && status >= 200 && status < 300;
    const unanswered = ms >= target.timeoutMs ? 'timeout' : 'connection';
    const result: AttemptResult = {
      outcome: delivered ? 'delivered' : 'failed',
      status,
      error: delivered ? null : status === null ? unanswered : 'status',
      at,
      durationMs: ms,
      retryAfterMs,
    };
    observer.finished(target, event, result);
    return result;
  }

  const clock: Clock = { now: () => time.now, later: time.later };
  const connections = new Map<number, Connections>();
  const connectionsOf = (carrier: number): Connections => {
    const known = connections.get(carrier) ?? new Connections(MAX_CONNECTIONS, clock);
    connections.set(carrier, known);
    return known;
  };
  return (target, events, carrier) =>
    carry(target, events, { connections: connectionsOf(carrier), clock, attempt });
}
