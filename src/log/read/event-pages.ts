/**
 * Pages of the log, ascending by sequence: all events, whatever their status. The feed is `feed-pages.ts`.
 *
 * Complete: sequences are given in the order of commits, and a page is read without a break. So a reader that goes on
 * from `cursor` neither misses nor repeats an event. A call examines at most `MAX_EXAMINED` rows, so that appends need
 * not wait for long. Filters for `quarantined`, `retrying` and `dead` read only such events.
 * Not promised: that an event is listed again when its status changes. A released event stays at its sequence.
 */
import type { EventStatus, EventSummary, EventsPage, EventsQuery } from '../contract/events';
import type { StoredEvent } from '../store/stored-event';
import { contentOf, hasTopic, MAX_EXAMINED, MAX_PAGE_BYTES, statusOf, summary } from './event-summary';
import type { Views } from './views';

const MAX_ROWS_PER_READ = 500;

type Source = Pick<Views, 'log' | 'forwarding'>;

/** One page of events. An empty page that is not the last has `next`. */
export function readEvents(source: Source, query: EventsQuery): EventsPage {
  const { log, forwarding } = source;
  const { lastSequence } = log.state;
  // Of another webhook, or of one that was deleted and made again: who went on from there would miss everything up to it.
  if (query.after > lastSequence) return { events: [], next: null, cursor: lastSequence, beyondEnd: true };
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
    if (last === undefined) return pageTo(lastSequence);
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

/** The next events after a sequence that may have the status, ascending. */
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
