/**
 * The passing of time: holes open and expire, earlier epochs close, and guesses that proved wrong are corrected. Pure.
 */
import { closedWith } from './closed-epochs';
import { returnEarlyIds } from './early-ids';
import type { Epoch } from './epoch';
import { ageHoles, changesAt } from './holes';
import { isSuspected, withoutSuspicion } from './suspicion';
import type { Aged, Tracker, TrackerChange, TrackerSettings } from './types';

const MAX_EARLIER_EPOCHS = 3;
/** When an earlier epoch gains this many new ids while the current one gains none, the earlier one is live. */
const GROWTH_OF_THE_LIVE = 3;

/** Whether an earlier epoch still takes late ids at `now` (ms since 1970). @param index its place, 0 for the newest */
export const stays = (epoch: Epoch, index: number, now: number): boolean =>
  index < MAX_EARLIER_EPOCHS && epoch.closesAt !== null && now < epoch.closesAt;

/** Whether an earlier epoch is in truth the one being sent. It never closes: `passTime` makes it the current one. */
export const isLive = (epoch: Epoch): boolean => epoch.lateGrowth >= GROWTH_OF_THE_LIVE;

/**
 * The tracker at `now` (ms since 1970): holes have opened and expired, earlier epochs have closed. The open holes of an
 * epoch in `closed` count as expired.
 *
 * An earlier epoch may keep growing while the current one does not: then the restart was recognised wrongly, or ids
 * went to the wrong epoch. When it would close, the two change places, so that its next ids open no hole in the other.
 */
export function passTime(
  given: Tracker,
  now: number,
  settings: TrackerSettings,
): { tracker: Tracker; changes: TrackerChange[]; aged: Aged[]; closed: Epoch[] } {
  const { tracker, changes } = returnEarlyIds(given, now, settings);
  const aged: Aged[] = [];
  const age = (epoch: Epoch): Epoch => {
    // It opens no hole: what it misses may never have been sent.
    if (isSuspected(epoch)) return epoch;
    const { holes, changed } = ageHoles(epoch.holes, now, settings);
    if (changed.length === 0) return epoch;
    aged.push({ epoch: epoch.number, holes: changed });
    return { ...epoch, holes };
  };
  const open = tracker.earlierEpochs.filter((epoch, index) => stays(epoch, index, now));
  const closing = tracker.earlierEpochs.filter(epoch => !open.includes(epoch));
  const live = closing.find(isLive);
  const closed = closing
    .filter(epoch => epoch !== live)
    .map(epoch => (isSuspected(epoch) ? { ...epoch, holes: [] } : epoch));
  const earlierEpochs = open.map(age);
  // Where no other epoch is left that it could be mistaken for, a suspected one is a numbering of its own.
  const isAlone = open.length === 0 && live === undefined;
  const sure = tracker.current === null || !isAlone ? tracker.current : withoutSuspicion(tracker.current);
  let current = sure === null ? null : age(sure);
  if (live !== undefined && current !== null) {
    earlierEpochs.unshift({ ...current, closesAt: now + settings.expiresMs, lateGrowth: 0 });
    current = { ...age(live), closesAt: null, lateGrowth: 0 };
  }
  if (aged.length === 0 && closing.length === 0) return { tracker, changes, aged, closed };
  const closedEpochs = closedWith(tracker, closed, now);
  return { tracker: { ...tracker, current, earlierEpochs, closedEpochs }, changes, aged, closed };
}

/** When `passTime` has something to do next, ms since 1970, or null. O(holes). */
export function nextChangeAt(tracker: Tracker, settings: TrackerSettings): number | null {
  const { current, earlierEpochs } = tracker;
  let next = Number.POSITIVE_INFINITY;
  // There are more earlier epochs than are kept: the oldest close at once.
  if (earlierEpochs.length > MAX_EARLIER_EPOCHS) next = current?.startedAt ?? 0;
  for (const epoch of [...earlierEpochs, ...(current === null ? [] : [current])]) {
    next = Math.min(next, epoch.closesAt ?? next);
    if (isSuspected(epoch)) continue;
    for (const hole of epoch.holes) next = Math.min(next, changesAt(hole, settings) ?? next);
  }
  return Number.isFinite(next) ? next : null;
}
