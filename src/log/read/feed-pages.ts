/**
 * Pages of the feed, for a consumer that pulls: what a destination for all topics would get, in the same order.
 *
 * Complete, and nothing comes twice: an event has one place, at its acceptance or where it was let go. One that waits for
 * confirmation or its predecessor, or is in quarantine, has none yet, so nobody is handed what may prove to be false.
 *
 * A position that the feed has not come to is none of its own: of another webhook, or of one that was deleted and made again.
 * Who went on from there would miss everything up to it without a word. A feed that has passed the old one's position is told
 * from it by the life in the cursor.
 */

import { NO_FILTER } from '../contract/event-filter';
import type {
  EventSummary,
  FeedCursor,
  FeedPage,
  FeedPosition,
  FeedQuery,
  FeedStart,
} from '../contract/events';
import { contentOf, hasTopic, MAX_EXAMINED, MAX_PAGE_BYTES, statusOf, summary } from './event-summary';
import { isAskedFor, TextSearch } from './matching';
import type { Views } from './views';

const ENTRIES_PER_READ = 500;

type Foreign = 'other_life' | 'beyond_end';

/** Why a cursor is none of a feed that ends at `end`; null where it is one. A cursor without a life may be of any. */
function foreignTo(after: FeedCursor, end: FeedPosition, life: string | null): Foreign | null {
  if (typeof after.life === 'string' && after.life !== life) return 'other_life';
  return after.sequence > end.sequence || after.release > end.release ? 'beyond_end' : null;
}

/** Where reading begins. For a position that is none of this feed, `foreign` says why, and the cursor is the feed's end. */
export function feedStart(
  { log, webhook: { life } }: Pick<Views, 'webhook'> & { log: Pick<Views['log'], 'feed'> },
  after: FeedStart,
): { cursor: FeedCursor; foreign: Foreign | null } {
  const end = { ...log.feed.end, life };
  const foreign = after === 'now' ? null : foreignTo(after, end, life);
  if (after === 'now' || foreign !== null) return { cursor: end, foreign };
  const { sequence, release, bare } = after;
  return { cursor: { ...(bare ? log.feed.before(sequence + 1) : { sequence, release }), life }, foreign };
}

/** One page of the feed. An empty page that is not the last has `next`. */
export function readFeedPage(views: Views, query: FeedQuery): FeedPage {
  const { feed, tables, state } = views.log;
  const { filter = NO_FILTER } = query;
  const { life } = views.webhook;
  const start = feedStart(views, query.after);
  let { cursor } = start;
  if (start.foreign === 'other_life') return { events: [], next: null, cursor, otherLife: true };
  if (start.foreign === 'beyond_end') return { events: [], next: null, cursor, beyondEnd: true };
  const events: EventSummary[] = [];
  if (filter.since !== null) {
    // Whatever was accepted since then stands behind the first of them, also what was let go later.
    const { first } = tables.times.span(filter.since, null, state.lastSequence);
    if (cursor.sequence < first - 1) cursor = { ...feed.before(first), life };
  }
  const search = new TextSearch(filter.text, feed);
  const page = (isEnd: boolean): FeedPage => {
    if (isEnd) return { events, next: null, cursor, scannedTo: null };
    const { sequence } = cursor;
    const receivedAt = feed.event(sequence)?.receivedAt ?? null;
    return { events, next: cursor, cursor, scannedTo: { sequence, receivedAt } };
  };
  let bytes = 0;
  const perEvent = filter.text === null ? 1 : 2;
  for (let examined = 0; examined < MAX_EXAMINED; ) {
    const entries = feed.after(cursor, Math.min(ENTRIES_PER_READ, MAX_EXAMINED - examined));
    if (entries.length === 0) return page(true);
    for (const { at, event } of entries) {
      cursor = { ...at, life };
      examined += perEvent;
      if (event === null || !hasTopic(event, query.topic) || !isAskedFor(event, filter)) continue;
      if (search.finds(event)) {
        const status = statusOf(event, views.forwarding.rows.of(event.sequence));
        events.push({ ...summary(event, status), ...contentOf(feed, event, query) });
        bytes += query.include === undefined ? 0 : event.bodyBytes;
      }
      if (events.length >= query.limit || bytes >= MAX_PAGE_BYTES || search.isSpent) return page(false);
    }
  }
  return page(false);
}
