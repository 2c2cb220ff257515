/**
 * Pages of the feed, for a consumer that pulls: what a destination for all topics would get, in the same order.
 *
 * Complete and without repetition, because an event has one place: that of its acceptance, or that of its release. A
 * held event has no place yet, so a consumer never gets an event that may prove to be false.
 */
import type { EventSummary, FeedPage, FeedQuery } from '../contract/events';
import { contentOf, hasTopic, MAX_EXAMINED, MAX_PAGE_BYTES, statusOf, summary } from './event-summary';
import type { Views } from './views';

const ENTRIES_PER_READ = 500;

/** One page of the feed. An empty page that is not the last has `next`. */
export function readFeedPage(
  { log: { feed }, forwarding }: Pick<Views, 'log' | 'forwarding'>,
  query: FeedQuery,
): FeedPage {
  const events: EventSummary[] = [];
  let cursor = query.after;
  let bytes = 0;
  for (let examined = 0; examined < MAX_EXAMINED; ) {
    const entries = feed.after(cursor, Math.min(ENTRIES_PER_READ, MAX_EXAMINED - examined));
    if (entries.length === 0) return { events, next: null, cursor };
    for (const { at, event } of entries) {
      cursor = at;
      examined++;
      if (event === null || !hasTopic(event, query.topic)) continue;
      const status = statusOf(event, forwarding.rows.of(event.sequence));
      events.push({ ...summary(event, status), ...contentOf(feed, event, query) });
      bytes += query.include === undefined ? 0 : event.bodyBytes;
      if (events.length >= query.limit || bytes >= MAX_PAGE_BYTES) return { events, next: cursor, cursor };
    }
  }
  return { events, next: cursor, cursor };
}
