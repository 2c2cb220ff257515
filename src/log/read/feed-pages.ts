/**
 * Pages of the feed, for a consumer that pulls: what a destination for all topics would get, in the same order.
 *
 * Complete, and nothing comes twice: an event has one place, at its acceptance or where it was let go. One that waits for
 * confirmation or its predecessor, or is in quarantine, has none yet, so nobody is handed what may prove to be false.
 *
 * A position that the feed has not come to is none of its own: of another webhook, or of one that was deleted and made again.
 * Who went on from there would miss everything up to it without a word.
 */

import type { EventSummary, FeedPage, FeedPosition, FeedQuery, FeedStart } from '../contract/events';
import { contentOf, hasTopic, MAX_EXAMINED, MAX_PAGE_BYTES, statusOf, summary } from './event-summary';
import type { Views } from './views';

const ENTRIES_PER_READ = 500;

/** Where a consumer starts to read; null beyond the end. */
export function feedStart({ log: { feed } }: Pick<Views, 'log'>, after: FeedStart): FeedPosition | null {
  const { end } = feed;
  if (after === 'now') return end;
  return after.sequence > end.sequence || after.release > end.release ? null : after;
}

/** One page of the feed. An empty page that is not the last has `next`. */
export function readFeedPage(views: Pick<Views, 'log' | 'forwarding'>, query: FeedQuery): FeedPage {
  const { feed } = views.log;
  const { forwarding } = views;
  const start = feedStart(views, query.after);
  if (start === null) return { events: [], next: null, cursor: feed.end, beyondEnd: true };
  const events: EventSummary[] = [];
  let cursor = start;
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
