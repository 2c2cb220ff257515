/** How many deliveries of a destination wait: for their first attempt, for another one, behind others, or for its being active. */
import type { DestinationState } from '../forward/destination-state';
import { unreadBy, withoutRow } from '../forward/waiting-events';
import type { Views } from './views';

/** How many entries of the feed are looked at for whether the destination wants them. Appends have to wait for that long. */
const MAX_EXAMINED = 512;

/**
 * What was not looked at is counted as if the destination wanted all of it (`exact` is false then): what lies beyond the
 * first entries, and events that a filter would have to read the bodies of.
 * @param retrying deliveries of the feed that have a row, because they are tried again
 */
export function waitingFor(
  { log }: Views,
  state: DestinationState,
  retrying: number,
): { count: number; exact: boolean } {
  const { queue, destination } = state;
  const known = retrying + withoutRow(state);
  const { feed } = log;
  if (!feed.goesOnAfter(queue.scan)) return { count: known, exact: true };
  const { filter } = destination;
  const { entries, wanted } =
    filter === null ? unreadBy(state, feed, MAX_EXAMINED) : { entries: [], wanted: 0 };
  const isAll = filter === null && entries.length < MAX_EXAMINED;
  const examined = entries.at(-1)?.at ?? queue.scan;
  const { end, firstSequence } = feed;
  const unseen = end.sequence - Math.max(examined.sequence, firstSequence - 1);
  const rest = isAll ? 0 : Math.max(0, unseen) + end.release - examined.release;
  return { count: known + wanted + rest, exact: isAll };
}
