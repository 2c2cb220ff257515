/**
 * Early ids: ids of a new numbering that came before the event that showed it, so that they were taken for the old one's.
 *
 * A restart moves them to the new numbering as far as event times tell them apart. Times do not tell where such an id goes
 * on from where the old numbering stood and happened in the same moment as the first event of the new one. Later the new
 * numbering shows that it misses the id; then it is moved (`returnEarlyIds`).
 */
import { type Epoch, receive, withoutTop } from './epoch';
import { holeIndexOf, isMerged } from './holes';
import type { Tracked, Tracker, TrackerChange, TrackerSettings } from './types';

/** The highest id that a numbering may have come to in the moment in which it begins. */
export const MAX_EARLY_ID = 100;

/**
 * The ids that an epoch received and that are of the numbering after it, ascending.
 * @param since when that began by the provider's clock, ms since 1970; null where the clock does not tell
 * @param lately what came before this time, ms since 1970, has nothing to do with it
 */
export const earlyIdsIn = (epoch: Epoch, since: number | null, lately: number): number[] =>
  since === null ? strayedSince(epoch, lately) : happenedSince(epoch, since);

/**
 * The remembered ids that are not of this numbering but of one that began at `time`, ascending: those that happened
 * later, and of those that happened just then the ones that another numbering may have come to by then. Not those that
 * go on where this one stood: they may be either's.
 */
function happenedSince(epoch: Epoch, time: number): number[] {
  const later = epoch.recent.filter(({ eventTime }) => eventTime > time).map(({ id }) => id);
  const just = epoch.recent.filter(({ eventTime }) => eventTime === time).map(({ id }) => id);
  const stood = withoutTop(epoch, [...later, ...just]).epoch;
  const others = just.filter(id => id <= MAX_EARLY_ID && !goesOn(stood, id));
  return [...later, ...others].sort((a, b) => a - b);
}

/** Whether an id lies in a hole of an epoch. */
export const misses = ({ holes }: Epoch, id: number): boolean => holeIndexOf(holes, id) >= 0;

/** Whether an id is one that an epoch misses, or as near above its highest as to be its own rather than of a new numbering. */
export const goesOn = (epoch: Epoch, id: number): boolean =>
  misses(epoch, id) || (id > epoch.highest && id - epoch.highest < Math.max(2, epoch.highest));

/** The ids without an event time that came since `time`, and are nearer to 1 than to the baseline; ascending. */
const strayedSince = ({ strays = [], baseline }: Epoch, time: number): number[] =>
  strays
    .filter(({ id, at }) => at >= time && id - 1 < baseline - id)
    .map(({ id }) => id)
    .sort((a, b) => a - b);

/** The tracker after the ids on top of the epoch before the current one were given to it, as far as they are its own. */
export function returnEarlyIds(tracker: Tracker, now: number, { graceMs }: TrackerSettings): Tracked {
  let { current } = tracker;
  let [before, ...earlier] = tracker.earlierEpochs;
  const changes: TrackerChange[] = [];
  while (current !== null && before !== undefined && isEarlyId(current, before, now, graceMs)) {
    const { number } = current;
    const id = before.highest;
    const received = receive(current, { id, fingerprint: '', eventTime: null, now }, graceMs);
    const { epoch, dropped } = withoutTop(before, [id]);
    changes.push(...received.changes.map(change => ({ ...change, epoch: number })));
    changes.push(...dropped.map(hole => ({ kind: 'dropped', hole, epoch: epoch.number }) as const));
    [current, before] = [received.epoch, epoch];
  }
  if (changes.length === 0 || before === undefined) return { tracker, changes };
  return { tracker: { ...tracker, current, earlierEpochs: [before, ...earlier] }, changes };
}

/**
 * Whether the highest id of the epoch before happened when the current one began, and is one that the current one misses,
 * not for want of patience.
 */
function isEarlyId(current: Epoch, before: Epoch, now: number, graceMs: number): boolean {
  const id = before.highest;
  const missed = current.holes[holeIndexOf(current.holes, id)];
  if (id <= before.baseline || missed === undefined || isMerged(missed) || missed.to !== id) return false;
  if (missed.status === 'resolved' || now < missed.detectedAt + graceMs / 2) return false;
  const time = before.recent.find(other => other.id === id)?.eventTime ?? null;
  if (time === null || time !== current.startTime || id > MAX_EARLY_ID) return false;
  // Its own id of that number happened later than those before it.
  return !current.recent.some(other => other.id < id && other.eventTime > time);
}
