/** How far along the feed every destination of a webhook has come, whether it received, gave up or did not want what is there. */
import type { FeedPosition } from '../contract/events';
import type { DestinationState } from './destination-state';
import type { Replays } from './replays';

/**
 * Up to there no destination will be sent an event that has no row of its own. Paused destinations count: they want what waits
 * for them. To be asked right after a flush, so that it outlives a crash.
 */
export function receivedUpTo(
  states: Iterable<DestinationState>,
  replays: Pick<Replays, 'lowest'>,
): FeedPosition {
  const position = { sequence: Number.MAX_SAFE_INTEGER, release: Number.MAX_SAFE_INTEGER };
  if (replays.lowest !== null) position.sequence = replays.lowest - 1;
  for (const { queue, blocked } of states) {
    position.sequence = Math.min(position.sequence, queue.cursor.sequence);
    position.release = Math.min(position.release, queue.cursor.release);
    for (const { sequence } of blocked.all()) position.sequence = Math.min(position.sequence, sequence - 1);
  }
  return position;
}
