/** One delivery under way: an event, its destination, and what its attempt is. */
import type { OutgoingEvent } from '../../delivery/outgoing';
import type { DeliveryRow } from '../store/delivery-row';
import type { StoredEvent } from '../store/stored-event';
import type { QueuedEvent } from './queued-event';

export type Delivery = {
  destinationId: string;
  event: StoredEvent;
  queued: QueuedEvent;
  /** What earlier attempts left, or null for a first attempt. */
  row: DeliveryRow | null;
  /** 0 for the delivery of the feed, else the id of the replay. */
  replay: number;
  /** A replay that poses as a new message, for receivers that deduplicate. */
  newId: boolean;
  /** It tests whether the destination is back. */
  probe: boolean;
  /** ms since 1970 */
  startedAt: number;
};

/** The same delivery is never under way twice at a time. */
export const deliveryKey = (destinationId: string, sequence: number, replay: number): string =>
  `${destinationId}/${sequence}/${replay}`;

/** What a courier is given of it. */
export function outgoingEvent(delivery: Delivery, body: Uint8Array): OutgoingEvent {
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
    query: event.query,
    body,
  };
}
