/**
 * Pages of the log, ascending by sequence: the list of events, whatever became of them. The feed is `feed-pages.ts`.
 *
 * Complete: sequences are given in the order of commits and a page is read in one go, so going on from `cursor` neither
 * skips nor repeats an event, whatever arrives meanwhile. Rows read follow the page: filters by status read only what
 * has that status, a filter by topic examines at most `MAX_EXAMINED` rows a call, so that it never holds up an append.
 * Not promised: that an event shows up again when its status changes. A released one is still where it was.
 */
import type { EventStatus, EventSummary, EventsPage, EventsQuery } from '../contract/events';
import type { StoredEvent } from '../store/stored-event';
import { contentOf, hasTopic, MAX_EXAMINED, MAX_PAGE_BYTES, statusOf, summary } from './event-summary';
import type { Views } from './views';

const MAX_ROWS_PER_READ = 500;

type Source = Pick<Views, 'log' | 'forwarding'>;

export function readEvents(source: Source, query: EventsQuery): EventsPage {
  const { log, forwarding } = source;
  const { lastSequence } = log.state;
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
      events.push({ ...summary(event, status), ...contentOf(log.feed, event, query) });
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
      return log.tables.events.after(after, limit);
    case 'quarantined':
      return log.tables.events.quarantinedAfter(after, limit);
    case 'retrying':
    case 'dead': {
      const sequences = forwarding.rows.sequencesAfter(after, limit);
      return sequences.map(sequence => log.tables.events.get(sequence)).filter(event => event !== null);
    }
  }
}

function isWanted(event: StoredEvent, status: EventStatus, query: EventsQuery): boolean {
  return (query.status === null || query.status === status) && hasTopic(event, query.topic);
}
