/** A courier on virtual time: begins events as `Courier` does, and asks the test how each receiver answers. */
import type { AttemptResult, CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import type { VirtualTime } from './virtual-time';
import type { Deliver } from './world';

/** `status` null: no answer; a timeout when it took the target's whole time, else a broken connection. */
export type Reply = { status: number | null; ms: number; retryAfterMs?: number | null };

export type Observer = {
  begun(target: CourierTarget, event: OutgoingEvent): void;
  finished(target: CourierTarget, event: OutgoingEvent, result: AttemptResult): void;
};

const START_WINDOW_MS = 5000;

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

  return async (target, events) => {
    const startedAt = time.now;
    const waiting = events.entries();
    const results: AttemptResult[] = [];
    let stopped = false;
    const lane = async (): Promise<void> => {
      do {
        const { done, value } = waiting.next();
        if (done) return;
        const [index, event] = value;
        const result = await attempt(target, event);
        results[index] = result;
        if (target.inOrder && result.outcome !== 'delivered') stopped = true;
      } while (!stopped && time.now - startedAt < START_WINDOW_MS);
    };
    const lanes = target.inOrder ? 1 : target.connections;
    await Promise.all(Array.from({ length: lanes }, lane));
    return results;
  };
}
