/**
 * A numbering that begins anew: how id 1 shows it, when it began, and which earlier conflicts belong to it. Pure.
 *
 * Some events of the new numbering may come before the event that shows it. They were taken for events of the old
 * numbering: as conflicts, or as ids above its highest (`early-ids.ts`). Event times tell which of the conflicts are of
 * the new numbering. Without times, only the conflicts of the current streak are.
 */
import { misses } from './early-ids';
import type { Arrival, Epoch } from './epoch';
import type { Conflict, Tracker, TrackerSettings } from './types';

/** So many conflicts with distinct ids show that the numbering restarted. */
export const CONFLICTS_FOR_RESTART = 3;

/** Rule (a) of a restart: id 1 with new bytes, although 1 was received or lies below the baseline. */
export function restartsAtOne(
  { current, shadow }: { current: Epoch; shadow?: Epoch },
  arrival: Arrival,
  received: boolean,
  settings: TrackerSettings,
): boolean {
  if (arrival.id !== 1) return false;
  if (received && current.firstFingerprint === arrival.fingerprint) return false;
  if (!received && current.baseline <= 1 && !misses(current, 1)) return false;
  const { eventTime } = arrival;
  if (eventTime !== null && current.startTime !== null && eventTime < current.startTime) return false;
  // An epoch that was found by another id began without its id 1, which may still come: that is no restart, unless it
  // happened after all that the epoch has.
  const newest = newestTime(current, shadow?.startTime);
  const isLater = eventTime !== null && eventTime > newest + settings.graceMs;
  const mayBeItsOwn = !received && current.foundByConflicts && !isLater;
  const patienceMs = mayBeItsOwn ? settings.expiresMs : settings.graceMs;
  return arrival.now - current.startedAt > patienceMs;
}

/** Strays with distinct ids that together show a new numbering. */
const STRAYS_FOR_RESTART = 3;

/**
 * Rule (c) of a restart: the third id below the baseline that happened after everything known of the numbering. Its own ids
 * of that time are above its highest.
 */
export function restartsBelow(current: Epoch, { id, eventTime }: Arrival): boolean {
  if (id >= current.baseline || eventTime === null) return false;
  const younger = youngerStrays(current);
  const ids = new Set(younger.map(stray => stray.id)).add(id);
  return eventTime > newestTime(current) && ids.size >= STRAYS_FOR_RESTART;
}

/** The strays of an epoch that happened after everything known of it. */
function youngerStrays(epoch: Epoch): { id: number; eventTime: number }[] {
  const newest = newestTime(epoch);
  return (epoch.strays ?? []).flatMap(({ id, eventTime }) =>
    eventTime !== undefined && eventTime > newest ? [{ id, eventTime }] : [],
  );
}

/** The latest known time of an epoch's own ids, ms since 1970. @param until what is not before this may be another's */
export function newestTime({ recent, baseline, startTime }: Epoch, until: number | null = null): number {
  const times = recent.filter(({ id }) => id >= baseline).map(({ eventTime }) => eventTime);
  const own = times.filter(time => until === null || time < until);
  return Math.max(startTime ?? Number.NEGATIVE_INFINITY, ...own);
}

/** Whether an epoch took an id for a late one of its own although it happened long after all that it had. */
export const happenedLater = (epoch: Epoch, { id, eventTime }: Arrival, graceMs: number): boolean =>
  eventTime !== null && id < epoch.highest && eventTime > newestTime(epoch) + graceMs;

/** The ids that together with an arrival show a new numbering: its own, those of its conflicts, and those that `happenedLater`. */
export function signsOf(tracker: Tracker, arrival: Arrival, settings: TrackerSettings): Set<number> {
  const { current, shadow } = tracker;
  const signs = new Set(conflictsInARow(tracker, arrival, settings).map(({ id }) => id)).add(arrival.id);
  const [since, highest] = [shadow?.startTime ?? null, shadow?.suspicion?.highestBefore ?? 0];
  if (since === null) return signs;
  for (const known of current?.recent ?? [])
    if (known.eventTime >= since && known.id < highest && areInOrder(known, arrival, settings))
      signs.add(known.id);
  return signs;
}

/** Whether the signs happened long after all that the current epoch has: what of that came just now was late. */
export function areLater({ current, shadow }: Tracker, { graceMs }: TrackerSettings): boolean {
  const since = shadow?.startTime ?? null;
  return current !== null && since !== null && newestTime(current, since) + graceMs < since;
}

type Happened = { readonly id: number; readonly eventTime?: number | null };

/** Whether two ids can be of one numbering by their times: the higher one is not older than the lower, by more than the grace. */
function areInOrder(a: Happened, b: Happened, { graceMs }: TrackerSettings): boolean {
  const [lower, higher] = a.id < b.id ? [a, b] : [b, a];
  return a.id === b.id || (lower.eventTime ?? 0) <= (higher.eventTime ?? Number.POSITIVE_INFINITY) + graceMs;
}

/**
 * The conflicts that a new numbering may have sent, oldest first: those since the current one last went on, and where events
 * carry times all that happened since its first.
 */
function conflictsInARow(
  { conflicts, conflictStreak, shadow }: Tracker,
  arrival: Arrival,
  settings: TrackerSettings,
): readonly Conflict[] {
  const since = shadow?.startTime ?? null;
  const first = conflicts.length - conflictStreak;
  return conflicts.filter(
    (conflict, at) =>
      conflict.proofless !== true &&
      (at >= first || (since !== null && conflict.eventTime !== null && conflict.eventTime >= since)) &&
      areInOrder(conflict, arrival, settings),
  );
}

/**
 * When the new numbering began by the provider's clock, ms since 1970. Null when events carry no time, or when that
 * time is not later than the start of the epoch `before`.
 */
export function beganAt(
  before: Epoch,
  arrival: Arrival,
  conflicts: readonly Conflict[],
  settings: TrackerSettings,
): number | null {
  // Id 1 is the first of its numbering. Without it, the earliest known event stands in for it.
  const earlier =
    arrival.id === 1
      ? []
      : [...conflicts, ...youngerStrays(before).filter(stray => areInOrder(stray, arrival, settings))];
  const times = [arrival, ...earlier].map(({ eventTime }) => eventTime);
  if (times.includes(null) || before.startTime === null) return null;
  const earliest = Math.min(...times.filter(time => time !== null));
  const began = arrival.id === 1 ? earliest : withEarlier(before, earliest, settings.graceMs);
  return before.startTime < began ? began : null;
}

/**
 * The numbering that began at `time`, or earlier: what the one before took for its own late ids, although it happened long
 * after higher ones, was the new one's too.
 */
function withEarlier({ recent }: Epoch, time: number, graceMs: number): number {
  const known = recent
    .filter(({ eventTime }) => eventTime < time)
    .toSorted((a, b) => b.eventTime - a.eventTime);
  const own = known.findIndex(
    ({ eventTime }, i) => eventTime + graceMs < (known[i - 1]?.eventTime ?? eventTime),
  );
  if (own < 0) return time;
  const highest = Math.max(...known.slice(own).map(({ id }) => id));
  const taken = known.slice(0, own);
  return taken.every(({ id }) => id < highest)
    ? Math.min(time, ...taken.map(({ eventTime }) => eventTime))
    : time;
}

/** The conflicts that the new epoch adopts: one per id, the latest, ascending. */
export function adoptable(tracker: Tracker, arrival: Arrival, settings: TrackerSettings): Conflict[] {
  const since = sinceWhen(tracker, arrival, settings);
  const inARow = new Set(conflictsInARow(tracker, arrival, settings));
  const byId = new Map<number, Conflict>();
  for (const conflict of tracker.conflicts.filter(({ proofless }) => proofless !== true)) {
    const older = arrival.id === 1 && isBefore(conflict.eventTime, arrival.eventTime);
    // A conflict with the event time of id 1 is of the new numbering: the old one had sent that id long before.
    const isFromStart = arrival.id === 1 && since !== null && conflict.eventTime === since;
    const isLater = isBefore(since, conflict.eventTime) && areInOrder(conflict, arrival, settings);
    const belongs = inARow.has(conflict) ? !older : isFromStart || isLater;
    if (conflict.id !== arrival.id && belongs) byId.set(conflict.id, conflict);
  }
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

/**
 * Conflicts with an event time after this one are of the new numbering, whether or not they are in the current streak.
 * ms since 1970; null where that is unknown.
 */
function sinceWhen(tracker: Tracker, arrival: Arrival, settings: TrackerSettings): number | null {
  const { current } = tracker;
  const began =
    current === null
      ? null
      : beganAt(current, arrival, conflictsInARow(tracker, arrival, settings), settings);
  if (current === null || began === null || arrival.id === 1) return began;
  // The time of the last known event of the old numbering.
  return Math.max(
    current.startTime ?? 0,
    ...current.recent.map(({ eventTime }) => eventTime).filter(time => time < began),
  );
}

/** Whether both times are known and `a` is earlier. */
export const isBefore = (a: number | null, b: number | null): boolean => a !== null && b !== null && a < b;
