/**
 * Ids of a new numbering that overtook the one that showed it: they were taken for the old one's. A restart takes them from it
 * as far as times tell them apart. Where they went on from where the old one stood, and happened in the same moment as the
 * first of the new one, nothing did; later they are missing from it.
 */
import { type Epoch, receive, withoutTop } from './epoch';
import { holeIndexOf, isMerged } from './holes';
import type { Tracker, TrackerChange, TrackerSettings } from './tracker';

/** How far a numbering may be in the moment in which it begins. */
export const MAX_OVERTAKING = 100;

/**
 * The ids that an epoch received and that are of the numbering after it, ascending.
 * @param since when that began by the provider's clock, ms since 1970; null where the clock does not tell
 * @param lately what came before this time, ms since 1970, has nothing to do with it
 */
export const overtakersIn = (epoch: Epoch, since: number | null, lately: number): number[] =>
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
  const others = just.filter(id => id <= MAX_OVERTAKING && !goesOn(stood, id));
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
export function giveBack(
  tracker: Tracker,
  now: number,
  { graceMs }: TrackerSettings,
): { tracker: Tracker; changes: TrackerChange[] } {
  let { current } = tracker;
  let [before, ...earlier] = tracker.previous;
  const changes: TrackerChange[] = [];
  while (current !== null && before !== undefined && overtook(current, before, now, graceMs)) {
    const { number } = current;
    const id = before.highest;
    const received = receive(current, { id, fingerprint: '', eventTime: null, now }, graceMs);
    const { epoch, dropped } = withoutTop(before, [id]);
    changes.push(...received.changes.map(change => ({ ...change, epoch: number })));
    changes.push(...dropped.map(hole => ({ kind: 'dropped', hole, epoch: epoch.number }) as const));
    [current, before] = [received.epoch, epoch];
  }
  if (changes.length === 0 || before === undefined) return { tracker, changes };
  return { tracker: { ...tracker, current, previous: [before, ...earlier] }, changes };
}

/**
 * Whether the highest id of the epoch before happened when the current one began, and is one that the current one misses,
 * not for want of patience.
 */
function overtook(current: Epoch, before: Epoch, now: number, graceMs: number): boolean {
  const id = before.highest;
  const missed = current.holes[holeIndexOf(current.holes, id)];
  if (id <= before.baseline || missed === undefined || isMerged(missed) || missed.to !== id) return false;
  if (missed.status === 'resolved' || now < missed.detectedAt + graceMs / 2) return false;
  const time = before.recent.find(other => other.id === id)?.eventTime ?? null;
  if (time === null || time !== current.startTime || id > MAX_OVERTAKING) return false;
  // Its own id of that number happened later than those before it.
  return !current.recent.some(other => other.id < id && other.eventTime > time);
}
