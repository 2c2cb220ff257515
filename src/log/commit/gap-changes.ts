/** A change of a hole taken into the gap list; and told, where a gap of the list was filled. */

import type { TrackerChange } from '../../numbering/tracker';
import { report } from './add-notice';
import type { Draft } from './draft';

/** `now` in ms since 1970. */
export function takeChange(draft: Draft, change: TrackerChange, now: number): void {
  draft.gaps.apply(change, now);
  if (change.kind !== 'filled' || change.hole.status === 'young') return;
  const { epoch, id } = change;
  report(draft, 'gateway:gap_filled', { epoch, from: id, to: id, missing: 1 }, now);
}

/** The epoch before may have given ids to the current one: that it had missed some of them is not said any more. */
export function forgetGivenUp(draft: Draft): void {
  const [before] = draft.head.tracker.previous;
  if (before !== undefined) draft.gaps.forgetAbove(before.number, before.highest);
}
