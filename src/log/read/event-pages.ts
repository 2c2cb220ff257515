/**
 * Pages of the log, ascending by sequence: the list of events, whatever became of them. The feed is `feed-pages.ts`.
 *
 * Complete: sequences are given in the order of commits and a page is read in one go, so going on from `cursor` neither
 * skips nor repeats an event, whatever arrives meanwhile. Rows read follow the page: filters by status read only what
 * has that status, a filter by topic examines at most `MAX_EXAMINED` rows a call, so that it never holds up an append.
 * Not promised: that an event shows up again when its status changes. A released one is still where it was.
 */
import { topicMatches } from '../../subscriptions/topics';
import type { Log } from '../commit/event-log';
import type { EventStatus, EventSummary, EventsPage, EventsQuery } from '../contract';
import type { Forwarding } from '../forward/forwarding';
import type { DeliveryRow } from '../store/delivery-rows';
import type { StoredEvent } from '../store/event-tables';
import type { Arrivals } from './new-events';

/** Rows that a call reads at most. */
export const MAX_EXAMINED = 10_000;
const MAX_ROWS_PER_READ = 500;
/** Bytes of bodies in a page; with one body more it stays under the 32 MiB of an RPC answer. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;

type Source = { log: Log; forwarding: Forwarding };

export function readEvents(source: Source, query: EventsQuery): EventsPage {
  const { log, forwarding } = source;
  const { lastSequence } = log.head;
  const events: EventSummary[] = [];
  const pageTo = (cursor: number): EventsPage => ({
    events,
    next: cursor < lastSequence ? cursor : null,
    cursor,
  });
  let after = query.after;
  let bytes = 0;
  let rowsPerRead = query.limit;
  for (let examined = 0; examined < MAX_EXAMINED; rowsPerRead *= 2) {
    const wanted = Math.min(rowsPerRead, MAX_ROWS_PER_READ, MAX_EXAMINED - examined);
    const read = candidates(source, query.status, after, wanted);
    const last = read.at(-1);
    if (last === undefined) return pageTo(Math.max(after, lastSequence));
    const rows = Map.groupBy(forwarding.rows.between(after + 1, last.sequence), row => row.sequence);
    for (const event of read) {
      after = event.sequence;
      examined++;
      const status = statusOf(event, rows.get(event.sequence) ?? []);
      if (!isWanted(event, status, query)) continue;
      events.push({ ...summary(event, status), ...contentOf(log, event, query) });
      bytes += query.include === undefined ? 0 : event.bodyBytes;
      if (events.length >= query.limit || bytes >= MAX_PAGE_BYTES) return pageTo(after);
    }
  }
  return pageTo(after);
}

/** Events that may have the status, after a sequence. */
function candidates(
  { log, forwarding }: Source,
  status: EventStatus | null,
  after: number,
  limit: number,
): StoredEvent[] {
  switch (status) {
    case null:
    case 'accepted':
    case 'confirming':
    case 'held':
      return log.segments.after(after, limit);
    case 'quarantined':
      return log.segments.quarantinedAfter(after, limit);
    case 'retrying':
    case 'dead': {
      const sequences = forwarding.rows.sequencesAfter(after, limit);
      return sequences.map(sequence => log.segments.get(sequence)).filter(event => event !== null);
    }
  }
}

function isWanted(event: StoredEvent, status: EventStatus, query: EventsQuery): boolean {
  return (query.status === null || query.status === status) && hasTopic(event, query.topic);
}

/** Without a topic asked for: not the gateway's own events. */
export function hasTopic(event: StoredEvent, topic: string | null): boolean {
  return topic === null
    ? !event.operational
    : topicMatches([topic], event.topic, { operational: event.operational });
}

export function contentOf(
  log: Log,
  event: StoredEvent,
  query: Pick<EventsQuery, 'include'>,
): Pick<EventSummary, 'content'> {
  if (query.include !== 'body') return {};
  const { headers, query: queryString } = event;
  return { content: { headers, query: queryString, body: log.segments.body(event.sequence) } };
}

/** What pages of any order have in common. */
type Page<C> = { events: EventSummary[]; next: C | null; cursor: C; turnedAway?: true };

/**
 * A page that is not empty, waiting for events up to `query.waitMs` where the log ends; what the filter leaves out is
 * not examined twice. Null once the webhook is gone.
 * @param read gives null once the webhook is gone
 */
export async function awaitEvents<C, Q extends { after: C; waitMs?: number }, P extends Page<C>>(
  read: (query: Q) => P | null,
  arrivals: Arrivals,
  query: Q,
  now: () => number,
): Promise<P | null> {
  const deadline = now() + (query.waitMs ?? 0);
  let { after } = query;
  while (true) {
    const page = read({ ...query, after });
    if (page === null || page.events.length > 0 || page.next !== null) return page;
    switch (await arrivals.next(deadline - now())) {
      case 'arrived':
        after = page.cursor;
        continue;
      case 'waited':
        return page;
      case 'full':
        return { ...page, turnedAway: true };
    }
  }
}

export function statusOf(event: StoredEvent, rows: readonly DeliveryRow[]): EventStatus {
  if (event.status !== 'forwardable') return event.status;
  if (rows.some(row => row.status === 'dead')) return 'dead';
  return rows.length > 0 ? 'retrying' : 'accepted';
}

export function summary(event: StoredEvent, status: EventStatus): EventSummary {
  const { sequence, incrementId, eventId, topic, receivedAt, reason, bodySigned, bodyBytes, late, epoch } =
    event;
  return {
    sequence,
    incrementId,
    eventId,
    topic,
    status,
    receivedAt,
    reason,
    bodySigned,
    bodyBytes,
    late,
    epoch,
  };
}
