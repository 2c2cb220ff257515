/** An event as the list and the feed show it. */
import { eventMatches } from '../../subscriptions/topics';
import type { EventStatus, EventSummary, EventsQuery } from '../contract/events';
import type { DeliveryRow } from '../store/delivery-row';
import type { Feed } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';

/** How many events a call examines at most. */
export const MAX_EXAMINED = 10_000;
/** A page ends when its bodies have so many bytes. With one more body it stays under the 32 MiB of an RPC answer. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** Whether an event is of a topic. @param topic a pattern; null for all events that the provider sent */
export function hasTopic(event: StoredEvent, topic: string | null): boolean {
  return topic === null ? !event.operational : eventMatches([topic], event);
}

/** The content of an event where the query asked for it. */
export function contentOf(
  feed: Pick<Feed, 'body'>,
  event: StoredEvent,
  query: Pick<EventsQuery, 'include'>,
): Pick<EventSummary, 'content'> {
  if (query.include !== 'body') return {};
  const { headers, query: queryString } = event;
  return { content: { headers, query: queryString, body: feed.body(event.sequence) } };
}

/** The status of an event. @param rows its exception rows, without replays */
export function statusOf(event: StoredEvent, rows: readonly DeliveryRow[]): EventStatus {
  if (event.status !== 'forwardable') return event.status;
  if (rows.some(row => row.status === 'dead')) return 'dead';
  return rows.some(row => row.status === 'retrying') ? 'retrying' : 'accepted';
}

/** The entry of an event. */
export function summary(event: StoredEvent, status: EventStatus): EventSummary {
  const { sequence, incrementId, eventId, topic, topics, receivedAt, reason, bodySigned, bodyBytes } = event;
  const { late, repeats, epoch } = event;
  return {
    sequence,
    incrementId,
    eventId,
    topic,
    topics,
    status,
    receivedAt,
    reason,
    bodySigned,
    bodyBytes,
    late,
    repeats,
    epoch,
  };
}
