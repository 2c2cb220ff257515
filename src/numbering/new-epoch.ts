/**
 * A numbering that begins anew: how id 1 shows it, when it began, and which of the conflicts before belong to it.
 *
 * Events of the new numbering that came before the one that shows it were taken for the old one's: conflicts, or ids
 * above its highest. Event times tell them apart; without them only the conflicts in a row count as the new one's.
 */
import type { Arrival, Epoch } from './epoch';
import type { Conflict, Tracker, TrackerSettings } from './types';

/** Rule (a): id 1 with a new body, although 1 was received or lies before the baseline. */
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
  // A numbering found by conflicts began lately without its id 1: that one is still on its way.
  const patienceMs = !received && current.foundByConflicts ? settings.expiresMs : settings.graceMs;
  return arrival.now - current.startedAt > patienceMs;
}

/** The conflicts since the last event that was none, oldest first. */
export const conflictsInARow = ({ conflicts, conflictStreak }: Tracker): readonly Conflict[] =>
  conflicts.slice(conflicts.length - conflictStreak);

/**
 * When the new numbering began by the provider's clock, as far as is known, ms since 1970; null when it is not, or when
 * the clock does not tell it from the one before.
 */
export function beganAt(before: Epoch, arrival: Arrival, conflicts: readonly Conflict[]): number | null {
  // Id 1 is the first of its numbering. Without it the earliest event known has to do.
  const times = [arrival, ...(arrival.id === 1 ? [] : conflicts)].map(({ eventTime }) => eventTime);
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
    // What happened in the moment of id 1 is of its numbering: in the old one such an id had long been sent.
    const together = arrival.id === 1 && since !== null && conflict.eventTime === since;
    const belongs = inARow.has(conflict) ? !older : together || isBefore(since, conflict.eventTime);
    if (conflict.id !== arrival.id && belongs) byId.set(conflict.id, conflict);
  }
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

/** Conflicts that happened after this time are of the new numbering, in a row or not; null where that is unknown. */
function sinceWhen(tracker: Tracker, arrival: Arrival): number | null {
  const { current } = tracker;
  const began = current === null ? null : beganAt(current, arrival, conflictsInARow(tracker));
  if (current === null || began === null || arrival.id === 1) return began;
  // The last event known of the old numbering.
  return Math.max(
    current.startTime ?? 0,
    ...current.recent.map(({ eventTime }) => eventTime).filter(time => time < began),
  );
}

export const isBefore = (a: number | null, b: number | null): boolean => a !== null && b !== null && a < b;
