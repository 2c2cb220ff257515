/**
 * Attempts before their time: where someone says that a destination is well, or a delivery to it succeeds.
 *
 * An attempt that comes early and fails uses up nothing of the retry schedule, and comes again when the schedule has it. An
 * event that fails by itself, while others succeed, is therefore tried early only once between two attempts of its schedule.
 */
import type { DestinationRecord } from '../../subscriptions/webhook';
import { type DeliveryRows, HURRIED_AT_ONCE } from '../store/delivery-rows';
import type { DestinationState } from './destination-state';

/** Over how long the attempts are spread that a success makes due. */
const SPREAD_MS = 60_000;

/**
 * Sends what waits for a destination now, in its order: its retries are due, its circuit lets a probe go, or begins at the pace of
 * recovery. Inside the caller's transaction, which stores the circuit too. `now` in ms since 1970.
 * @param rested whether it was paused, so that all of its events may wait
 */
export function retryNow(state: DestinationState, rows: DeliveryRows, now: number, rested = false): void {
  const { destination, gate } = state;
  const hurry = { from: now, spreadMs: 0, failedBefore: Number.MAX_SAFE_INTEGER, again: true };
  const hurried = rows.has(destination.id) ? rows.hurry(destination.id, hurry) : 0;
  // A destination that is well and has nothing to make up for is not slowed down.
  if (rested || hurried > 0 || gate.failing) gate.resume(now);
}

/** Whether a change of a destination says that what failed may succeed now. */
export function mayBeMended(before: DestinationRecord, after: DestinationRecord): boolean {
  if (!before.isActive) return true;
  const reachedBy = ({ url, secrets, extraHeaders, sign }: DestinationRecord): string =>
    JSON.stringify([url, secrets[0]?.id, extraHeaders, sign]);
  return reachedBy(before) !== reachedBy(after);
}

/**
 * After a delivery that succeeded: makes the attempts of others of the destination due that failed before it and would wait
 * for longer than a minute. Those that already came early, and those that were told to come later (429), only when the circuit
 * has closed. Costs nothing while nothing has failed since the last time. Inside the transaction that stores the success.
 */
export function hurryOthers(state: DestinationState, rows: DeliveryRows): void {
  const { destination, totals, gate, circuitChanges } = state;
  const at = totals.lastDeliveredAt ?? 0;
  if (at <= state.hurriedUpTo || state.lastFailedAt < state.hurriedUpTo || gate.onlyProbes) return;
  const again = circuitChanges.at(-1) === 'recovered';
  const hurry = { from: at, spreadMs: SPREAD_MS, failedBefore: at, again };
  const hurried = rows.has(destination.id) ? rows.hurry(destination.id, hurry) : 0;
  if (hurried < HURRIED_AT_ONCE) state.hurriedUpTo = at;
}
