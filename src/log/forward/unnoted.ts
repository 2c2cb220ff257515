/**
 * Deliveries that were made and could not be noted, because the write failed and the object ended. They are remembered beside
 * the suspension, as long as the isolate lives: the object that starts anew takes them as settled, and notes them with its first flush.
 *
 * Those that failed, and those that have a row or belong to a replay, are not remembered: they are made again.
 */
import type { AttemptResult } from '../../delivery/outgoing';
import type { Ended } from './delivery-ends';
import { hasRow } from './queued-event';
import { rangesOf, sequencesOf } from './settled-ahead';
import type { StoredForwarding } from './stored-forwarding';
import { afterAttempt } from './totals';

/** `at`: when it ended, `receivedAt`: when its event was accepted, both ms since 1970. */
export type Unnoted = {
  destinationId: string;
  sequence: number;
  receivedAt: number;
  result: AttemptResult;
  at: number;
};

/** What to remember of attempts whose flush failed. */
export const unnotedOf = (ended: readonly Ended[]): Unnoted[] =>
  ended
    .filter(({ delivery: { row, replay, queued }, result }) => {
      return result.outcome === 'delivered' && replay === 0 && row === null && !hasRow(queued);
    })
    .map(({ delivery: { destinationId, event }, result, at }) => {
      return { destinationId, sequence: event.sequence, receivedAt: event.receivedAt, result, at };
    });

/** What was stored, as if they had been noted: all but the rows. */
export function withUnnoted(stored: StoredForwarding, unnoted: readonly Unnoted[]): StoredForwarding {
  if (unnoted.length === 0) return stored;
  const byDestination = Map.groupBy(unnoted, ({ destinationId }) => destinationId);
  const destinations = stored.destinations.map(([id, known]): StoredForwarding['destinations'][number] => {
    const more = byDestination.get(id) ?? [];
    if (more.length === 0) return [id, known];
    const settled = [...sequencesOf(known.settled), ...more.map(({ sequence }) => sequence)];
    const totals = more.reduce(afterAttempt, known.totals);
    return [id, { ...known, settled: rangesOf(settled), totals, failing: null }];
  });
  const attempts = unnoted.map(({ destinationId, sequence, result }) => {
    const { at, durationMs, status, error } = result;
    return [
      sequence,
      destinationId,
      1,
      at,
      durationMs,
      status,
      error,
    ] as StoredForwarding['attempts'][number];
  });
  return { ...stored, destinations, attempts: [...stored.attempts, ...attempts] };
}
