/**
 * A numbering that begins anew: how id 1 shows it, when it began, and which earlier conflicts belong to it. Pure.
 *
 * Some events of the new numbering may come before the event that shows it. They were taken for events of the old
 * numbering: as conflicts, or as ids above its highest (`early-ids.ts`). Event times tell which of the conflicts are of
 * the new numbering. Without times, only the conflicts of the current streak are.
 */
import type { Arrival, Epoch } from './epoch';
import type { Conflict, Tracker, TrackerSettings } from './types';

/** Rule (a) of a restart: id 1 with new bytes, although 1 was received or lies below the baseline. */
export function restartsAtOne(
  current: Epoch,
  arrival: Arrival,
  received: boolean,
  settings: TrackerSettings,
): boolean {
  if (arrival.id !== 1) return false;
  if (received && current.firstFingerprint === arrival.fingerprint) return false;
  if (!received && current.baseline <= 1) return false;
  const { eventTime } = arrival;
  if (eventTime !== null && current.startTime !== null && eventTime < current.startTime) return false;
  // An epoch found by conflicts began without its id 1, which may still come: that is no restart.
  const patienceMs = !received && current.foundByConflicts ? settings.expiresMs : settings.graceMs;
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

/** The latest known time of an epoch's own ids, ms since 1970. */
function newestTime({ recent, baseline, startTime }: Epoch): number {
  const own = recent.filter(({ id }) => id >= baseline).map(({ eventTime }) => eventTime);
  return Math.max(startTime ?? Number.NEGATIVE_INFINITY, ...own);
}

/** The conflicts since the last event that was not one, oldest first. */
export const conflictsInARow = ({ conflicts, conflictStreak }: Tracker): readonly Conflict[] =>
  conflicts.slice(conflicts.length - conflictStreak);

/**
 * When the new numbering began by the provider's clock, ms since 1970. Null when events carry no time, or when that
 * time is not later than the start of the epoch `before`.
 */
export function beganAt(before: Epoch, arrival: Arrival, conflicts: readonly Conflict[]): number | null {
  // Id 1 is the first of its numbering. Without it, the earliest known event stands in for it.
  const earlier = arrival.id === 1 ? [] : [...conflicts, ...youngerStrays(before)];
  const times = [arrival, ...earlier].map(({ eventTime }) => eventTime);
  if (times.includes(null) || before.startTime === null) return null;
  const earliest = Math.min(...times.filter(time => time !== null));
  return before.startTime < earliest ? earliest : null;
}

/** The conflicts that the new epoch adopts: one per id, the latest, ascending. */
export function adoptable(tracker: Tracker, arrival: Arrival): Conflict[] {
  const since = sinceWhen(tracker, arrival);
  const inARow = new Set(conflictsInARow(tracker));
  const byId = new Map<number, Conflict>();
  for (const conflict of tracker.conflicts) {
    const older = arrival.id === 1 && isBefore(conflict.eventTime, arrival.eventTime);
    // A conflict with the event time of id 1 is of the new numbering: the old one had sent that id long before.
    const isFromStart = arrival.id === 1 && since !== null && conflict.eventTime === since;
    const belongs = inARow.has(conflict) ? !older : isFromStart || isBefore(since, conflict.eventTime);
    if (conflict.id !== arrival.id && belongs) byId.set(conflict.id, conflict);
  }
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

/**
 * Conflicts with an event time after this one are of the new numbering, whether or not they are in the current streak.
 * ms since 1970; null where that is unknown.
 */
function sinceWhen(tracker: Tracker, arrival: Arrival): number | null {
  const { current } = tracker;
  const began = current === null ? null : beganAt(current, arrival, conflictsInARow(tracker));
  if (current === null || began === null || arrival.id === 1) return began;
  // The time of the last known event of the old numbering.
  return Math.max(
    current.startTime ?? 0,
    ...current.recent.map(({ eventTime }) => eventTime).filter(time => time < began),
  );
}

/** Whether both times are known and `a` is earlier. */
export const isBefore = (a: number | null, b: number | null): boolean => a !== null && b !== null && a < b;
