/** Time passes in the log: holes open and expire, earlier epochs close. The gap list follows, and notices are added. */
import { epochsOf } from '../../numbering/epochs';
import type { Hole } from '../../numbering/holes';
import { passTime } from '../../numbering/pass-time';
import type { Tracker } from '../../numbering/types';
import { addHoleNotice } from './add-notice';
import type { Draft } from './draft';
import { forgetMovedIds, recordGapChange } from './gap-changes';
import { beginHold } from './predecessor-hold';
import { moveRecords } from './record-id';
import { trackerSettings } from './settings';

/** What stays uncertain in an epoch that closed. It is told where nothing uncertain of it was told before. */
function tellInDoubt(draft: Draft, before: Tracker, epoch: number, listed: Hole, now: number): void {
  draft.tables.gaps.age({ epoch, hole: { ...listed, status: 'young' }, parts: [listed], onRecord: true });
  const closed = epochsOf(before).find(({ number }) => number === epoch);
  const isTold = closed?.shared !== undefined || closed?.holes.some(({ status }) => status === 'uncertain');
  if (!isTold) addHoleNotice(draft, epoch, listed, now, true);
}

/** Brings the tracker and the gap list up to `now` (ms since 1970). */
export function ageGaps(draft: Draft, now: number): void {
  const { gaps } = draft.tables;
  const before = draft.state.tracker;
  const { tracker, changes, moved, aged, closed } = passTime(before, now, trackerSettings(draft.webhook));
  if (tracker === before) return;
  // Another numbering has become the current one: nobody comes any more whom those of this one wait for.
  const { hold } = draft.state;
  if (hold !== null && hold.epoch !== tracker.current?.number) beginHold(draft, tracker.current);
  draft.change({ tracker });
  for (const change of changes) recordGapChange(draft, change, now);
  if (changes.length > 0) forgetMovedIds(draft);
  moveRecords(draft, moved, now);
  for (const change of aged) {
    gaps.age(change);
    const told = change.parts.filter(({ status }) => status !== change.hole.status);
    for (const hole of told) addHoleNotice(draft, change.epoch, hole, now, change.onRecord);
  }
  for (const { number, holes, shared } of closed) {
    gaps.close(number, holes);
    if (shared !== undefined) tellInDoubt(draft, before, number, shared.listed, now);
    // What was uncertain until now lapses: nobody can say that it is missing.
    const open = holes.filter(({ status }) => status === 'young' || status === 'open');
    for (const hole of open) addHoleNotice(draft, number, { ...hole, status: 'expired' }, now);
  }
}
