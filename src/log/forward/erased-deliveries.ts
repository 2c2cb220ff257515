/**
 * Deliveries of events that are erased: they end at once, and not at their next attempt. What waited behind them goes on. They leave
 * no row, are no failure, and nobody is told of them. A request that is under way ends by itself (`delivery-ends.ts`).
 */
import type { DeliveryRows } from '../store/delivery-rows';
import { deliveryKey } from './delivery';
import type { DestinationState } from './destination-state';
import { atRest, isSending } from './queued-event';
import type { Replays } from './replays';

type Deps = { rows: DeliveryRows; replays: Replays };

/**
 * Ends what is known of them at any destination; what a scan has not come to, it passes. True where something ended. Reads the rows of
 * each event, and deletes them: 1 row each, and 1 more where it was to be tried again. Inside the caller's transaction.
 */
export function endErased(
  destinations: ReadonlyMap<string, DestinationState>,
  sequences: readonly number[],
  deps: Deps,
): boolean {
  const ended = sequences.map(sequence => {
    const queued = [...destinations.values()].map(state => endQueued(state, sequence));
    return [...queued, endRows(destinations, sequence, deps)].some(Boolean);
  });
  return ended.some(Boolean);
}

function endQueued({ queue, blocked }: DestinationState, sequence: number): boolean {
  const queued = queue.find(sequence);
  if (queued === null || isSending(queued)) return false;
  const rest = atRest(queued);
  if (rest.kind === 'parked') blocked.done(rest.key, queued.ordinal);
  queue.settle(queued);
  return true;
}

function endRows(
  destinations: ReadonlyMap<string, DestinationState>,
  sequence: number,
  { rows, replays }: Deps,
): boolean {
  // What a replay has lost stays in its own counts, and counts as dead nowhere else.
  const over = rows.of(sequence).filter(({ destinationId, replay, status }) => {
    const isUnderWay = destinations
      .get(destinationId)
      ?.underWay.has(deliveryKey(destinationId, sequence, replay));
    return isUnderWay !== true && (replay === 0 || status === 'retrying');
  });
  for (const { destinationId, replay } of over) {
    rows.delete(sequence, destinationId, replay);
    if (replay !== 0) replays.attempted(replay, sequence, false, 'redacted');
  }
  return over.length > 0;
}
