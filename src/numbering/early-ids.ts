/**
 * Early ids: ids of a new numbering that came before the event that showed it. The old numbering took them. Pure.
 *
 * A restart moves them to the new numbering, as far as event times tell them apart (`earlyIdsIn`). Times do not tell
 * when an early id both continues the old numbering and has the event time of the new one's first event. Such an id
 * stays, and leaves a hole in the new numbering. When that hole lasts, the id is moved after all (`returnEarlyIds`).
 */
import { type Epoch, receive } from './epoch';
import { holeIndexOf, inEpoch, isMerged } from './holes';
import type { MovedId, Tracked, Tracker, TrackerChange, TrackerSettings } from './types';
import { without } from './without';

/** The highest id that a numbering can reach within the timestamp of its first event. */
export const MAX_EARLY_ID = 100;

/**
 * The ids that an epoch received although they are of the numbering after it, ascending.
 * @param since when that numbering began by the provider's clock, ms since 1970; null where events do not tell
 * @param now when its first event came, ms since 1970: without event times, only ids that came while others were still
 * expected can be of that numbering
 */
export const earlyIdsIn = (
  epoch: Epoch,
  since: number | null,
  now: number,
  { graceMs, expiresMs }: TrackerSettings,
): number[] => (since === null ? strayedSince(epoch, now - expiresMs) : happenedSince(epoch, since, graceMs));

/**
 * The remembered ids that are of the numbering that began at `time`, ascending: all with a later event time, and those
 * with exactly that time that are low enough. An id that continues this numbering could be of either, so it stays, unless
 * it happened long after ids that are higher.
 */
function happenedSince(epoch: Epoch, time: number, graceMs: number): number[] {
  const known = [...epoch.recent, ...(epoch.strays ?? [])].flatMap(({ id, eventTime }) =>
    eventTime === undefined ? [] : [{ id, eventTime }],
  );
  const later = known.filter(({ eventTime }) => eventTime > time).map(({ id }) => id);
  const sameTime = known.filter(({ eventTime }) => eventTime === time).map(({ id }) => id);
  const withoutThem = without(epoch, [...later, ...sameTime], 0).epoch;
  const own = known.filter(({ eventTime }) => eventTime < time).map(({ eventTime }) => eventTime);
  const isLong = own.length > 0 && own.every(eventTime => eventTime + graceMs < time);
  const isEarly = (id: number) =>
    isLong && id < withoutThem.highest ? true : id <= MAX_EARLY_ID && !goesOn(withoutThem, id);
  return [...new Set([...later, ...sameTime.filter(isEarly)])].sort((a, b) => a - b);
}

/** When the last event of an id that an epoch took happened, as far as it remembers; ms since 1970. */
export const timeOfEarly = (epoch: Epoch | null, id: number): number | null =>
  [...(epoch?.strays ?? []), ...(epoch?.recent ?? [])].findLast(known => known.id === id)?.eventTime ?? null;

/** Whether an id lies in a hole of an epoch. */
export const misses = ({ holes }: Epoch, id: number): boolean => holeIndexOf(holes, id) >= 0;

/** Whether an id continues an epoch: it lies in a hole, or above the highest id and below about twice that. */
export const goesOn = (epoch: Epoch, id: number): boolean =>
  misses(epoch, id) || (id > epoch.highest && id - epoch.highest < Math.max(2, epoch.highest));

/** The strays without times that came since `time` and that another numbering may have sent, ascending. */
const strayedSince = ({ strays = [], baseline }: Epoch, time: number): number[] =>
  strays
    .filter(({ at, eventTime }) => eventTime === undefined && at >= time)
    // Below the baseline only those that are nearer to 1.
    .filter(({ id, corrects, fills }) => corrects === true || fills === true || id - 1 < baseline - id)
    .map(({ id }) => id)
    .sort((a, b) => a - b);

/**
 * The tracker after early ids on top of the previous epoch were moved to the current one. `now` in ms since 1970. Gives
 * the same tracker when there were none.
 */
export function returnEarlyIds(tracker: Tracker, now: number, { graceMs }: TrackerSettings): Tracked {
  let { current } = tracker;
  let [before, ...earlier] = tracker.earlierEpochs;
  const changes: TrackerChange[] = [];
  const moved: MovedId[] = [];
  while (current !== null && before !== undefined && isEarlyId(current, before, now, graceMs)) {
    const { number } = current;
    const id = before.highest;
    moved.push({ id, from: before.number, to: number });
    const received = receive(current, { id, fingerprint: '', eventTime: null, now }, graceMs);
    const { epoch, changes: taken } = without(before, [id], now);
    changes.push(...inEpoch(received.changes, number), ...inEpoch(taken, epoch.number));
    [current, before] = [received.epoch, epoch];
  }
  if (changes.length === 0 || before === undefined) return { tracker, changes };
  return { tracker: { ...tracker, current, earlierEpochs: [before, ...earlier] }, changes, moved };
}

/**
 * Whether the highest id of the previous epoch is an early one: it has the event time of the current epoch's start, and
 * the current epoch has missed it for half of the grace.
 */
function isEarlyId(current: Epoch, before: Epoch, now: number, graceMs: number): boolean {
  const id = before.highest;
  const missed = current.holes[holeIndexOf(current.holes, id)];
  if (id <= before.baseline || missed === undefined || isMerged(missed) || missed.to !== id) return false;
  if (missed.status === 'resolved' || now < missed.detectedAt + graceMs / 2) return false;
  const time = before.recent.find(other => other.id === id)?.eventTime ?? null;
  if (time === null || time !== current.startTime || id > MAX_EARLY_ID) return false;
  // If lower ids of the current epoch are later, its own event with this id is still to come.
  return !current.recent.some(other => other.id < id && other.eventTime > time);
}
