/** Makes room in a full storage: drops the oldest events that no destination needs any more, before their retention is over. */
import type { FeedPosition } from '../contract/events';
import { addNotice } from './add-notice';
import type { Draft } from './draft';

/** How many events one step looks at, and so drops at most. Each is a row written; appends wait for that long. */
const EVENTS_PER_STEP = 500;

/**
 * One step. `after`: where the last one ended. `upTo`: how far every destination has come. Gives where the next one begins; null
 * when there is nothing more up to there. `now` in ms since 1970.
 */
export function dropReceived(draft: Draft, after: number, upTo: FeedPosition, now: number): number | null {
  const { events } = draft.tables;
  const { last, dropped } = events.dropReceived(after, upTo, EVENTS_PER_STEP);
  const [from] = dropped;
  const to = dropped.at(-1);
  if (from !== undefined && to !== undefined) {
    const before = draft.state.dropped;
    // Saved with the commit: the rows of these events must not be what the state is worked out from.
    draft.change({ dropped: { events: before.events + dropped.length, upTo: Math.max(before.upTo, to) } });
    addNotice(
      draft,
      'gateway:events_dropped',
      { from_sequence: from, to_sequence: to, dropped: dropped.length },
      now,
    );
  }
  return last;
}
