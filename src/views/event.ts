/** An event and its deliveries, as lists, the feed, details and streams show them. */
import type { DeliveryView, EventStatus, EventSummary } from '../log/contract/events';
import { timeOrNull, timeText } from '../time';
import { bodyView, joinedHeaders } from './stored-request';

/** An event in a list; with headers and body where they were asked for. */
export function eventView(event: EventSummary) {
  return {
    sequence: event.sequence,
    increment_id: event.incrementId,
    event_id: event.eventId,
    topic: event.topic,
    topics: event.topics,
    ...standing(event.status),
    received_at: timeText(event.receivedAt),
    reason: event.reason,
    body_signed: event.bodySigned,
    body_bytes: event.bodyBytes,
    late: event.late,
    repeats: event.repeats,
    epoch: event.epoch,
    ...(event.content === undefined ? {} : contentView(event.content)),
  };
}

/** What became of an event when it came, and whether a delivery of it failed since: two things, and so two words. */
const standing = (status: EventStatus) =>
  status === 'retrying' || status === 'dead'
    ? { status: 'accepted', delivery: status }
    : { status, delivery: null };

/** `redacted` says that the body is gone. */
export function contentView({ headers, query, body }: NonNullable<EventSummary['content']>) {
  return { headers: joinedHeaders(headers), query, ...bodyView(body), redacted: body === null };
}

export function deliveryView(delivery: DeliveryView) {
  return {
    destination_id: delivery.destinationId,
    delivery: delivery.status,
    attempts: delivery.attempts,
    next_attempt_at: timeOrNull(delivery.nextAttemptAt),
    last_error: delivery.lastError,
  };
}
