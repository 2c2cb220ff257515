/** The end of an attempt as others are told of it: who listens, and the log. Pure. */
import type { LogFields } from '../../log-line';
import type { DeliveryView } from '../contract/events';
import type { DeliveryRow } from '../store/delivery-row';
import type { StoredEvent } from '../store/stored-event';
import type { Ended } from './delivery-ends';

/** What came of an attempt. `at` and `nextAttemptAt` in ms since 1970. */
export type AttemptEnd = DeliveryView & { event: StoredEvent; replayId: number | null; at: number };

/** @param failed null where it was delivered, and where nothing is left to try: it is past its retention, or was erased */
export function endOf(
  { delivery, result, at }: Ended,
  failed: DeliveryRow | null,
  replayId: number | null,
): AttemptEnd {
  const { event, destinationId, row } = delivery;
  const end = { event, destinationId, replayId, at, attempts: (row?.attempts ?? 0) + 1 };
  if (result.outcome === 'delivered')
    return { ...end, status: 'delivered', nextAttemptAt: null, lastError: null };
  const { status = 'dead', nextAt = null, error = result.error } = failed ?? {};
  return { ...end, status, nextAttemptAt: nextAt, lastError: error };
}

/** The fields of the log line `delivery_dead`. */
export const deadFields = (
  { destinationId, sequence, attempts, error }: DeliveryRow,
  replayId: number | null,
): LogFields => ({
  ...{ destination_id: destinationId, sequence, attempts, error },
  ...(replayId === null ? {} : { replay_id: replayId }),
});
