/** One event with its deliveries and attempts. */
import { eventMatches } from '../../subscriptions/topics';
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { DeliveryView, EventDetail } from '../contract/events';
import { wants } from '../forward/wants';
import type { DeliveryRow } from '../store/delivery-row';
import type { StoredEvent } from '../store/stored-event';
import { statusOf, summary } from './event-summary';
import type { Views } from './views';

/** Null when the event is unknown or past its retention. */
export function readEvent(views: Views, sequence: number): EventDetail | null {
  const { feed, tables } = views.log;
  const event = feed.event(sequence);
  if (event === null) return null;
  const rows = views.forwarding.rows.of(sequence);
  const detail = tables.confirmations.get(sequence)?.detail ?? null;
  // Without replays, as in the list: a replay that fails does not change the status of a delivered event.
  const status = statusOf(
    event,
    rows.filter(({ replay }) => replay === 0),
  );
  return {
    ...summary(event, status),
    headers: event.headers,
    query: event.query,
    body: feed.body(sequence),
    issues: detail === null ? event.issues : [{ path: '', message: detail }],
    entityKeys: event.entityKeys,
    ...deliveriesOf(views, event, rows),
  };
}

function deliveriesOf(
  { webhook, log, forwarding }: Views,
  event: StoredEvent,
  rows: readonly DeliveryRow[],
): Pick<EventDetail, 'deliveries' | 'attempts'> {
  const attempts = forwarding.journal.of(event.sequence);
  const isKnown = (id: string) => [...rows, ...attempts].some(({ destinationId }) => destinationId === id);
  const isErased = log.feed.isErased(event);
  const isOwed = (destination: DestinationRecord): boolean => {
    // Whether a filter wanted it cannot be told any more.
    if (isErased) return destination.filter === null && destination.createdAt <= event.receivedAt;
    // If the cursor has passed the event without an attempt or a row, the destination was made after the event.
    const cursor = forwarding.destination(destination.id)?.queue.cursor.sequence ?? 0;
    return (event.deferred || cursor < event.sequence) && wants(destination, event, log.feed);
  };
  const deliveries = webhook.destinations
    // What was tried is shown, whatever the destination wants now, and where the body that it was filtered by is erased.
    .filter(({ topics }) => eventMatches(topics, event))
    .filter(destination => isKnown(destination.id) || isOwed(destination))
    .map(({ id: destinationId, isActive }): DeliveryView => {
      const row = rows.find(other => other.destinationId === destinationId && other.replay === 0);
      const own = attempts.filter(attempt => attempt.destinationId === destinationId);
      const delivered = own.some(attempt => attempt.outcome === 'delivered');
      return {
        destinationId,
        status:
          event.status === 'forwardable'
            ? stateOf(row ?? null, { delivered, isErased, isActive })
            : event.status,
        attempts: row?.attempts ?? own.length,
        nextAttemptAt: row?.nextAt ?? null,
        lastError: row?.error ?? null,
      };
    });
  return { deliveries, attempts };
}

/** Of an event that was let go, in the words by which deliveries are found. */
function stateOf(
  row: DeliveryRow | null,
  { delivered, isErased, isActive }: { delivered: boolean; isErased: boolean; isActive: boolean },
): DeliveryView['status'] {
  if (row?.status === 'dead' || row?.status === 'redacted') return row.status;
  if (row === null && delivered) return 'delivered';
  if (row === null && isErased) return 'redacted';
  if (!isActive) return 'paused';
  return row === null ? 'waiting' : 'retrying';
}
