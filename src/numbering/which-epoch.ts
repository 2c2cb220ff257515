/**
 * Whose id it is: which of a webhook's numberings, the current one or one before it, sent an increment id.
 *
 * With event times this is known; without them it is a guess by distance, right as long as the numberings stay apart.
 */

import { goesOn, MAX_EARLY_ID, misses } from './early-ids';
import { type Arrival, type Epoch, standingOf } from './epoch';
import type { KnownId, Lookup, TrackerSettings } from './types';

/** Whether an epoch has received an id, `known` being what is on record for it there. */
export function isReceived(epoch: Epoch, id: number, known: KnownId | 'forgotten' | null): boolean {
  switch (standingOf(epoch, id)) {
    case 'above':
    case 'missing':
      return false;
    // Without a record it was counted as received, but by another epoch (`record`): here it can still come.
    case 'received':
    case 'maybe_missing':
      return known !== null;
    case 'below':
      return known !== null && known !== 'forgotten';
  }
}

/** The numberings that an id may be of. */
type Numberings = {
  current: Epoch;
  /** Earlier epochs that still take late ids, newest first. */
  open: readonly Epoch[];
  /** Whether the current epoch has received the id. */
  received: boolean;
  settings: TrackerSettings;
  lookup: Lookup;
};

/**
 * The earlier epoch that sent an id which it has not received yet, or null: then the current one did.
 *
 * The event's own time decides where it is known. It must lie before the current numbering by more than the grace,
 * for a provider may number events in another order than they happened. What happened in the moment in which the current
 * one began is its own as far as it may have come by then, unless it goes on where the other stands. Otherwise the
 * nearest highest id decides, and a tie goes to the current epoch.
 */
export function earlierEpochOf(
  arrival: Arrival,
  { current, open, received, settings, lookup }: Numberings,
): Epoch | null {
  const { id, eventTime } = arrival;
  const lacking = open.filter(epoch => !isReceived(epoch, id, lookup(epoch.number, id)));
  if (lacking.length === 0) return null;
  if (eventTime !== null && current.startTime !== null && eventTime !== current.startTime) {
    if (eventTime > current.startTime) return null;
    if (eventTime < current.startTime - settings.graceMs) return runningAt(lacking, eventTime);
    const missing = lacking.find(epoch => misses(epoch, id));
    if (missing !== undefined) return missing;
  }
  const [nearest, ...others] = lacking.toSorted((a, b) => distance(a, id) - distance(b, id));
  if (nearest === undefined) return null;
  // Taken by other bytes in the current numbering, and exactly what an earlier one lacks.
  const short = received ? [nearest, ...others].find(epoch => misses(epoch, id)) : undefined;
  if (short !== undefined) return short;
  const began = eventTime !== null && eventTime === current.startTime && id <= MAX_EARLY_ID;
  if (began && !goesOn(nearest, id) && (nearest.startTime ?? eventTime) < eventTime) return null;
  return distance(nearest, id) < distance(current, id) ? nearest : null;
}

const distance = (epoch: Epoch, id: number): number => Math.abs(id - epoch.highest);

/** Of some epochs, newest first, the one that was running at a time of the provider's clock, or the oldest. */
const runningAt = (epochs: readonly Epoch[], time: number): Epoch | null =>
  epochs.find(({ startTime }) => startTime === null || startTime <= time) ?? epochs.at(-1) ?? null;
