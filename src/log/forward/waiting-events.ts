/** What waits for a destination without a row of its own: what its queue has, and what it has not looked at yet. */
import type { Feed, FeedEntry } from '../store/feed';
import type { DestinationState } from './destination-state';
import { hasRow } from './queued-event';
import { sequencesOf } from './settled-ahead';
import { isOwed } from './wants';

/** How many events its queue has besides those that are counted by their rows. */
export const withoutRow = ({ queue }: DestinationState): number =>
  [...queue.unfinished.values()].filter(queued => !hasRow(queued)).length;

/** The next entries of the feed, at most `limit`, and how many of them it still wants. Appends have to wait for that long. */
export function unreadBy(
  { queue, destination }: DestinationState,
  feed: Feed,
  limit: number,
): { entries: FeedEntry[]; wanted: number } {
  const entries = feed.after(queue.scan, limit);
  const settled = new Set(sequencesOf(queue.settledAhead));
  const wanted = entries.filter(
    ({ event }) => event !== null && !settled.has(event.sequence) && isOwed(destination, event, feed),
  );
  return { entries, wanted: wanted.length };
}
