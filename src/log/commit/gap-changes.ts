/** The gap list follows the tracker: a hole that changes changes its entry, and a gap that is filled makes a notice. */
import { isListed } from '../../numbering/holes';
import type { TrackerChange } from '../../numbering/types';
import { addNotice } from './add-notice';
import type { Draft } from './draft';

/** Takes a change of a hole into the gap list. `now` in ms since 1970. */
export function recordGapChange(draft: Draft, change: TrackerChange, now: number): void {
  draft.tables.gaps.apply(change, now);
  if (change.kind !== 'filled' || !isListed(change.hole)) return;
  const { epoch, id } = change;
  addNotice(draft, 'gateway:gap_filled', { epoch, from: id, to: id, missing: 1 }, now);
}

/** Ids may have moved to the current epoch: deletes the gap entries above the new highest id of the one before. */
export function forgetMovedIds({ state, tables }: Draft): void {
  const [before] = state.tracker.earlierEpochs;
  if (before !== undefined) tables.gaps.forgetAbove(before.number, before.highest);
}
