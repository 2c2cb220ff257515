/**
 * Settling by hand what ids alone cannot tell: whether a new numbering began, or the old one goes on. Pure.
 *
 * An operator knows whether the webhook was made anew at the provider. What was settled can be taken back: `continueOld` after
 * `beginNew`, and the other way round.
 */
import { beginEpoch } from './begin-epoch';
import { type Arrival, type Epoch, receiveId } from './epoch';
import { inEpoch } from './holes';
import { withoutShadow } from './shadow';
import { withoutShared } from './shared-ids';
import { isSuspected, refuted, withoutSuspicion } from './suspicion';
import type { Tracked, Tracker, TrackerChange, TrackerSettings } from './types';

/** The old numbering goes on: the newest one is folded back into the one before. Null where there is nothing to fold back. */
export function continueOld(tracker: Tracker, now: number, settings: TrackerSettings): Tracked | null {
  if (tracker.shadow === undefined && tracker.earlierEpochs.length === 0) return null;
  const alone = withoutShadow(tracker);
  // Where only a shadow was uncertain, nothing was given to it.
  if (tracker.shadow !== undefined && !isSuspected(tracker.current ?? tracker.shadow)) return alone;
  const folded = refuted(alone.tracker, now, settings);
  return { ...folded, changes: [...alone.changes, ...folded.changes] };
}

/** The suspected numbering is one. Null where none is suspected. */
export function proveNew(tracker: Tracker, now: number, { graceMs }: TrackerSettings): Tracked | null {
  const { current } = tracker;
  const [before, ...earlier] = tracker.earlierEpochs;
  if (current === null || before === undefined || !isSuspected(current)) return null;
  const alone = withoutShadow(tracker);
  // What came for a hole of the old one, although the new one had the id already, was the old one's.
  const changes: TrackerChange[] = [...alone.changes];
  let old: Epoch = before;
  for (const { id } of before.strays?.filter(({ fills }) => fills === true) ?? []) {
    const filled = receiveId(old, { id, eventTime: null, now }, graceMs);
    changes.push(...inEpoch(filled.changes, old.number));
    old = filled.epoch;
  }
  const own = withoutSuspicion(current);
  const settled = withoutShared(own.epoch);
  changes.push(...inEpoch([...own.changes, ...settled.changes], current.number));
  const proven = { ...alone.tracker, current: settled.epoch, earlierEpochs: [old, ...earlier] };
  return { tracker: proven, changes };
}

/**
 * A new numbering began with these events, which the current one took or which are in conflict with it. Null without any.
 * @param came ascending by id @param taken the ids of these that the current one has only by them
 */
export function beginNew(
  tracker: Tracker,
  { came, taken }: { came: readonly Arrival[]; taken: readonly number[] },
  settings: TrackerSettings,
  now: number,
): Tracked | null {
  const [first, ...rest] = came;
  if (tracker.current === null || first === undefined) return null;
  const beginning = { first, rest, taken, foundByConflicts: first.id !== 1, isProven: true };
  return beginEpoch(tracker, beginning, now, settings);
}
