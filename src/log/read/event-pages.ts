/**
 * Pages of the log, by sequence in either direction: all events, whatever their status. The feed is `feed-pages.ts`.
 *
 * Complete: sequences are given in the order of commits, and a page is read without a break. So a reader that goes on
 * from `cursor` neither misses nor repeats an event. A call examines at most `MAX_EXAMINED` rows, and `MAX_SEARCHED_BYTES` of
 * bodies, so that appends need not wait for long. What a table knows (`sources.ts`) reads only such events.
 * Not promised: that an event is listed again when its status changes. A released event stays at its sequence.
 */
import { type EventFilter, NO_FILTER } from '../contract/event-filter';
import type { EventStatus, EventSummary, EventsPage, EventsQuery } from '../contract/events';
import type { DeliveryRow } from '../store/delivery-row';
import type { StoredEvent } from '../store/stored-event';
import { DeliveryStates } from './delivery-states';
import { contentOf, hasTopic, MAX_EXAMINED, MAX_PAGE_BYTES, statusOf, summary } from './event-summary';
import { sourceOfIds } from './known-sequences';
import { isAskedFor, TextSearch } from './matching';
import { fromTable, type Source } from './sources';
import type { Views } from './views';

const MAX_ROWS_PER_READ = 500;

/** One page of events. An empty page that is not the last has `next`. */
export function readEvents(views: Views, query: EventsQuery): EventsPage {
  const { log } = views;
  const { lastSequence } = log.state;
  const { order = 'asc', filter = NO_FILTER } = query;
  const fromEnd = order === 'desc' && query.after === Number.MAX_SAFE_INTEGER;
  const none = { events: [], next: null, cursor: lastSequence } as const;
  // Of another webhook, or of one that was deleted and made again: who went on from there would miss everything up to it.
  if (query.after > lastSequence && !fromEnd) return { ...none, events: [], beyondEnd: true };
  const states = statesFor(views, filter);
  if (states === 'unknown') return { ...none, events: [], unknownDestination: true };

  const { first, last } = log.tables.times.span(filter.since, filter.until, lastSequence);
  const isOver = (sequence: number): boolean => (order === 'asc' ? sequence >= last : sequence <= first);
  const source = sourceFor(views, query, filter, states);
  const search = new TextSearch(filter.text, log.feed);
  const events: EventSummary[] = [];
  let after = order === 'asc' ? Math.max(query.after, first - 1) : Math.min(query.after, last + 1);
  const end = order === 'asc' ? Math.max(query.after, last) : Math.min(query.after, first);
  const page = (): EventsPage => {
    if (isOver(after)) return { events, next: null, cursor: end, scannedTo: null };
    const receivedAt = log.feed.event(after)?.receivedAt ?? null;
    return { events, next: after, cursor: after, scannedTo: { sequence: after, receivedAt } };
  };

  let bytes = 0;
  let wanted = query.limit;
  for (let examined = 0; examined < MAX_EXAMINED && !isOver(after); wanted *= 2) {
    const left = order === 'asc' ? last - after : after - first;
    const read = source(after, Math.min(wanted, left, MAX_ROWS_PER_READ, MAX_EXAMINED - examined));
    examined += Math.max(1, read.rows);
    const candidates = read.events.filter(({ sequence }) => sequence >= first && sequence <= last);
    const held = rowsOf(views, candidates);
    const taken = takenOf(views, filter, candidates);
    for (const event of candidates) {
      after = event.sequence;
      const rows = held.get(event.sequence) ?? [];
      const status = statusOf(event, rows);
      const isStatus = query.status === null || isOfStatus(status, query.status);
      if (
        isStatus &&
        hasTopic(event, query.topic) &&
        isAskedFor(event, filter) &&
        (states === null || states.has(event, rows, taken, search)) &&
        search.finds(event)
      ) {
        events.push({ ...summary(event, status), ...contentOf(log.feed, event, query) });
        bytes += query.include === undefined ? 0 : event.bodyBytes;
      }
      if (events.length >= query.limit || bytes >= MAX_PAGE_BYTES || search.isSpent) return page();
    }
    if (filter.text !== null) examined += candidates.length;
    after = read.through ?? end;
  }
  return page();
}

/** What failed to be delivered was accepted all the same. */
const isOfStatus = (status: EventStatus, asked: EventStatus): boolean =>
  status === asked || (asked === 'accepted' && (status === 'retrying' || status === 'dead'));

function statesFor(views: Views, { delivery }: EventFilter): DeliveryStates | null | 'unknown' {
  if (delivery === null) return null;
  const destination = views.webhook.destinations.find(({ id }) => id === delivery.destinationId);
  return destination === undefined ? 'unknown' : new DeliveryStates(views, destination, delivery.state);
}

/** The source with the fewest rows among those that have all that is asked for. */
function sourceFor(
  { log }: Views,
  { status, order = 'asc' }: EventsQuery,
  filter: EventFilter,
  states: DeliveryStates | null,
): Source {
  const { events, failed } = log.tables;
  const byId = sourceOfIds(log, filter, order);
  if (byId !== null) return byId;
  if (states !== null) return states.source(order);
  switch (status) {
    case 'quarantined':
      return fromTable((sequence, limit) => events.quarantined(order, sequence, limit));
    case 'retrying':
    case 'dead':
      return (sequence, limit) => {
        const sequences = failed.sequences(order, sequence, limit);
        const found = sequences.map(one => events.get(one)).filter(event => event !== null);
        const through = sequences.length < limit ? null : (sequences.at(-1) ?? null);
        return { events: found, through, rows: 2 * sequences.length };
      };
    default:
      return order === 'asc'
        ? fromTable((sequence, limit) => events.after(sequence, limit))
        : fromTable((sequence, limit) => events.before(sequence, limit));
  }
}

/** The exception rows of some events, by sequence. Where these lie far apart, those between them are not read. */
function rowsOf({ forwarding }: Views, events: readonly StoredEvent[]): Map<number, DeliveryRow[]> {
  const [lowest, highest] = boundsOf(events);
  const isDense = highest - lowest < 2 * events.length;
  const rows = isDense
    ? forwarding.rows.between(lowest, highest)
    : events.flatMap(({ sequence }) => forwarding.rows.of(sequence)).filter(({ replay }) => replay === 0);
  return Map.groupBy(rows, ({ sequence }) => sequence);
}

/** Which of some events the destination of a filter took. */
function takenOf(
  { forwarding }: Views,
  { delivery }: EventFilter,
  events: readonly StoredEvent[],
): Set<number> {
  if (delivery?.state !== 'delivered' || events.length === 0) return new Set();
  return forwarding.journal.delivered(delivery.destinationId, ...boundsOf(events));
}

function boundsOf(events: readonly StoredEvent[]): [lowest: number, highest: number] {
  const sequences = events.map(({ sequence }) => sequence);
  return events.length === 0 ? [0, -1] : [Math.min(...sequences), Math.max(...sequences)];
}
