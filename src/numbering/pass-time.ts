/**
 * The passing of time: holes open and expire, earlier epochs close, and guesses that proved wrong are corrected. Pure.
 */
import { closedWith } from './closed-epochs';
import { agedClosed, entryInDoubt } from './closed-in-doubt';
import { doubtOf } from './doubt';
import { returnEarlyIds } from './early-ids';
import type { Epoch } from './epoch';
import { withShadowOf } from './epochs';
import { aged as agedAt, changesAt, type Hole, type HolePart } from './holes';
import { shadowEndsAt, withoutShadow } from './shadow';
import { ageShared, endShared, sharedChangesAt } from './shared-ids';
import { isSuspected, withoutSuspicion } from './suspicion';
import type { Aged, Tracked, Tracker, TrackerSettings } from './types';

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
): Required<Omit<Tracked, 'returned'>> & { aged: Aged[]; closed: Epoch[] } {
  const kept = lastingShadow(given, now, settings);
  const { tracker, changes, moved = [] } = returnEarlyIds(kept.tracker, now, settings);
  const aged: Aged[] = [];
  const age = (epoch: Epoch): Epoch =>
    ageShared(tracker, ageEpoch(tracker, epoch, now, { settings, aged }), now, { settings, aged });
  const open = tracker.earlierEpochs.filter((epoch, index) => stays(epoch, index, now));
  const closing = tracker.earlierEpochs.filter(epoch => !open.includes(epoch));
  const live = closing.find(isLive);
  const closed = closing.filter(epoch => epoch !== live).map(epoch => closedAt(tracker, epoch, now, aged));
  const earlierEpochs = open.map(age);
  // Where no other epoch is left that it could be mistaken for, a suspected one is a numbering of its own.
  const isAlone = open.length === 0 && live === undefined && closed.length > 0;
  let current = tracker.current === null ? null : age(tracker.current);
  if (current !== null && isAlone && isSuspected(current)) {
    // What it was only read to have sent has lapsed, and is in no list.
    current = withoutSuspicion(endShared(lapsed(tracker, current, aged), aged)).epoch;
  }
  if (live !== undefined && current !== null) {
    earlierEpochs.unshift({ ...current, closesAt: now + settings.expiresMs, lateGrowth: 0 });
    current = { ...age(live), closesAt: null, lateGrowth: 0 };
  }
  const shadow = tracker.shadow === undefined ? {} : { shadow: age(tracker.shadow) };
  const before = [...kept.changes, ...changes];
  const closedBefore = agedClosed(tracker.closedEpochs, now, aged);
  const next: Tracker = { ...tracker, ...shadow, current, earlierEpochs };
  const epochsBefore = withShadowOf(tracker);
  const isSame = withShadowOf(next).every((epoch, i) => epoch === epochsBefore[i]);
  if (isSame && aged.length === 0 && closing.length === 0)
    return { tracker, changes: before, moved, aged, closed };
  const closedEpochs = closedWith({ closedEpochs: closedBefore }, closed, now);
  return { tracker: { ...next, closedEpochs }, changes: before, moved, aged, closed };
}

function lastingShadow(tracker: Tracker, now: number, settings: TrackerSettings): Tracked {
  const at = shadowEndsAt(tracker, settings);
  return at !== null && at <= now ? withoutShadow(tracker) : { tracker, changes: [] };
}

/** The epoch with its holes at `now` (ms since 1970). Those that changed are added to `aged`, with their parts. */
function ageEpoch(
  tracker: Tracker,
  epoch: Epoch,
  now: number,
  { settings, aged }: { settings: TrackerSettings; aged: Aged[] },
): Epoch {
  const divide = doubtOf(tracker, epoch) ?? undivided;
  return withParts(epoch, aged, hole =>
    divide(hole).map(part => (ages(tracker, epoch, part) ? agedAt(part, now, settings) : part.hole)),
  );
}

const undivided = (hole: Hole): HolePart[] => [{ hole, doubtful: false }];

/** Of a shadow, what is missing in the current epoch too is named there. */
const ages = ({ shadow }: Tracker, epoch: Epoch, { doubtful }: HolePart): boolean =>
  doubtful || epoch !== shadow;

/** The epoch at its end, or at the end of what it could be mistaken for: what is uncertain then is named no more. */
function lapsed(tracker: Tracker, epoch: Epoch, aged: Aged[] = []): Epoch {
  const divide = doubtOf(tracker, epoch);
  if (divide === null) return epoch;
  return withParts(epoch, aged, hole =>
    divide(hole).map(part => (part.doubtful ? { ...part.hole, status: 'lapsed' } : part.hole)),
  );
}

/** The epoch as it closes: of what is uncertain then, one entry is left where its time has not come. */
function closedAt(tracker: Tracker, epoch: Epoch, now: number, aged: Aged[]): Epoch {
  const listed = entryInDoubt(tracker, epoch, now);
  const alone = endShared(lapsed(tracker, epoch), aged);
  return listed === null ? alone : { ...alone, shared: { listed, at: now } };
}

/** The epoch with each hole's parts in its place, where one of them has another status than the hole. */
function withParts(epoch: Epoch, aged: Aged[], partsOf: (hole: Hole) => Hole[]): Epoch {
  let isSame = true;
  const holes = epoch.holes.flatMap(hole => {
    const parts = partsOf(hole);
    if (parts.every(({ status }) => status === hole.status)) return [hole];
    isSame = false;
    aged.push({ epoch: epoch.number, hole, parts });
    return parts;
  });
  return isSame ? epoch : { ...epoch, holes };
}

/** When `passTime` has something to do next, ms since 1970, or null. O(holes). */
export function nextChangeAt(tracker: Tracker, settings: TrackerSettings): number | null {
  const { current, earlierEpochs } = tracker;
  let next = Number.POSITIVE_INFINITY;
  for (const { uncertain } of tracker.closedEpochs) next = Math.min(next, uncertain?.endsAt ?? next);
  // There are more earlier epochs than are kept: the oldest close at once.
  if (earlierEpochs.length > MAX_EARLIER_EPOCHS) next = current?.startedAt ?? 0;
  next = Math.min(next, shadowEndsAt(tracker, settings) ?? next);
  for (const epoch of withShadowOf(tracker)) {
    next = Math.min(next, epoch.closesAt ?? next);
    next = Math.min(next, sharedChangesAt(tracker, epoch, settings) ?? next);
    const divide = doubtOf(tracker, epoch) ?? undivided;
    for (const part of epoch.holes.flatMap(divide)) {
      if (ages(tracker, epoch, part)) next = Math.min(next, changesAt(part, settings) ?? next);
    }
  }
  return Number.isFinite(next) ? next : null;
}
