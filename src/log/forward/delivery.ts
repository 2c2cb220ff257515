/** A delivery: an attempt in progress to bring an event to one destination. */
import type { AttemptResult, OutgoingEvent } from '../../delivery/outgoing';
import type { Hold } from '../../memory/delivery-bytes';
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { DeliveryRow } from '../store/delivery-row';
import type { StoredEvent } from '../store/stored-event';
import type { QueuedEvent } from './queued-event';

/** One attempt, first or later, of the feed or of a replay. */
export type Delivery = {
  destinationId: string;
  event: StoredEvent;
  queued: QueuedEvent;
  /** The exception row of earlier attempts, or null for a first attempt. */
  row: DeliveryRow | null;
  /** 0 for the delivery of the feed, else the id of the replay. */
  replay: number;
  /** A replay under a new message id, so that receivers that deduplicate take it. */
  newId: boolean;
  /** It tests whether a destination with an open circuit answers again. */
  probe: boolean;
  /** ms since 1970 */
  startedAt: number;
};

/** What tells deliveries apart: no two with the same key are under way at a time. */
export const deliveryKey = (destinationId: string, sequence: number, replay: number): string =>
  `${destinationId}/${sequence}/${replay}`;

/** What a courier gets of a delivery. */
export function outgoingEvent(
  delivery: Delivery,
  { body, name: bodyName }: Pick<Hold, 'body' | 'name'>,
  { passesQuery }: Pick<DestinationRecord, 'passesQuery'>,
): OutgoingEvent {
  const { event, queued, row, replay, newId, destinationId } = delivery;
  const messageId = `msg_${event.sequence}_${destinationId}`;
  return {
    messageId: newId ? `${messageId}_r${replay}` : messageId,
    sequence: event.sequence,
    topic: event.topic,
    receivedAt: event.receivedAt,
    incrementId: event.incrementId,
    previous: replay === 0 ? queued.previous : null,
    gap: event.gap,
    repeats: event.repeats,
    late: event.late,
    attempt: (row?.attempts ?? 0) + 1,
    replay: replay !== 0,
    headers: event.headers,
    query: passesQuery ? event.query : '',
    body,
    bodyName,
  };
}

/** What becomes of a delivery that nobody has answered. @param at when it began, ms since 1970 */
export const failedAttempt = (
  error: AttemptResult['error'],
  at: number,
  durationMs: number,
): AttemptResult => ({
  outcome: 'failed',
  status: null,
  error,
  at,
  durationMs,
  retryAfterMs: null,
});
