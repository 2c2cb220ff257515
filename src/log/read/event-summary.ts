/** An event as lists show it, whichever order they have. */
import { eventMatches } from '../../subscriptions/topics';
import type { EventStatus, EventSummary, EventsQuery } from '../contract/events';
import type { DeliveryRow } from '../store/delivery-row';
import type { Feed } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';

/** Rows that a call reads at most. */
export const MAX_EXAMINED = 10_000;
/** Bytes of bodies in a page; with one body more it stays under the 32 MiB of an RPC answer. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** Without a topic asked for: not the gateway's own events. */
export function hasTopic(event: StoredEvent, topic: string | null): boolean {
  return topic === null ? !event.operational : eventMatches([topic], event);
}

export function contentOf(
  feed: Pick<Feed, 'body'>,
  event: StoredEvent,
  query: Pick<EventsQuery, 'include'>,
): Pick<EventSummary, 'content'> {
  if (query.include !== 'body') return {};
  const { headers, query: queryString } = event;
  return { content: { headers, query: queryString, body: feed.body(event.sequence) } };
}

export function statusOf(event: StoredEvent, rows: readonly DeliveryRow[]): EventStatus {
  if (event.status !== 'forwardable') return event.status;
  if (rows.some(row => row.status === 'dead')) return 'dead';
  return rows.length > 0 ? 'retrying' : 'accepted';
}

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
