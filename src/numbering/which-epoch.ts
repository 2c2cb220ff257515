/**
 * Which of a webhook's numberings sent an increment id: the current one or an earlier one. Pure.
 *
 * Event times decide where there are any. Without them the answer is a guess by distance, which is right as long as the
 * ids of the numberings are far from each other.
 */

import { isLead } from './doubt';
import { goesOn, MAX_EARLY_ID, misses } from './early-ids';
import { type Arrival, type Epoch, highestGiven, missingIn, standingOf } from './epoch';
import { holeIndexOf } from './holes';
import { newestTime } from './new-epoch';
import { isSuspected } from './suspicion';
import type { KnownId, Lookup, TrackerSettings } from './types';

/** Whether an epoch has received an id. @param known what is on record for the id in this epoch */
export function isReceived(epoch: Epoch, id: number, known: KnownId | 'forgotten' | null): boolean {
  switch (standingOf(epoch, id)) {
    case 'above':
    case 'missing':
      return false;
    // Only the record tells. An early id that moved here lies in the interval, but its record stayed with the epoch
    // that took it; the id that this epoch would record can still come.
    case 'received':
    case 'maybe_missing':
      return known !== null;
    case 'below':
      return known !== null && known !== 'forgotten';
  }
}

/** What `earlierEpochOf` decides by. */
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
 * The earlier epoch that sent an id; null when the current epoch sent it.
 *
 * 1. The event's time decides where it is known. An earlier epoch's event must be older than the start of the current
 *    one by more than the grace, because a provider may number events in another order than they happened. It is that
 *    epoch's also where it has received the id: then it is in conflict with what it received. Within the grace, an earlier
 *    epoch sent the id if it has a hole there.
 * 2. An event from the very moment of that start, with an id that the current epoch may have reached by then, is of the
 *    current epoch. The exception is an id that continues the earlier epoch.
 * 3. Otherwise the epoch with the nearest highest id has sent it; a tie goes to the current one.
 */
export function earlierEpochOf(
  arrival: Arrival,
  { current, open, received, settings, lookup }: Numberings,
): Epoch | null {
  const { id, eventTime } = arrival;
  const lacking = open.filter(epoch => !isReceived(epoch, id, lookup(epoch.number, id)));
  if (open.length === 0) return null;
  if (eventTime !== null && current.startTime !== null && eventTime !== current.startTime) {
    if (eventTime > current.startTime) return null;
    if (mayPrecede(current, open, arrival)) return null;
    if (eventTime < current.startTime - settings.graceMs) {
      const running = open.find(epoch => wasRunning(epoch, open, arrival)) ?? open.at(-1) ?? null;
      const justBegan = lacking.find(({ startTime }) => eventTime >= (startTime ?? 0) - settings.graceMs);
      return running !== null && lacking.includes(running) ? running : (justBegan ?? running);
    }
    const missing = lacking.find(epoch => misses(epoch, id));
    if (missing !== undefined) return missing;
  }
  const [nearest, ...others] = lacking.toSorted((a, b) => distance(a, id) - distance(b, id));
  if (nearest === undefined) return null;
  // An id that both miss stays with the suspected one: the other's hole is uncertain then, and its own event fills it later.
  const isOfEither = isSuspected(current) && !received && eventTime === null;
  if (isOfEither && (isNextOf(current, id) || (id < highestGiven(current) && misses(current, id))))
    return null;
  // The current epoch has this id with other bytes, and an earlier one has a hole exactly there.
  const ownOf = (epoch: Epoch) => {
    const known = lookup(epoch.number, id);
    return known === null || known === 'forgotten' ? null : known.sequence;
  };
  // It had an event for it already, where that is not the one that went to the current epoch.
  const hasOwn = (epoch: Epoch) => ![null, ownOf(current)].includes(ownOf(epoch));
  const withHole = received
    ? [nearest, ...others].find(epoch => misses(epoch, id) && !hasOwn(epoch))
    : undefined;
  if (withHole !== undefined) return withHole;
  // The current epoch has gone on this far, so the next ids are its own, unless an earlier one has a hole exactly there.
  if (isNextOf(current, id) && !lacking.some(epoch => misses(epoch, id))) return null;
  const isFromStart = eventTime !== null && eventTime === current.startTime && id <= MAX_EARLY_ID;
  if (isFromStart && !goesOn(nearest, id) && (nearest.startTime ?? eventTime) < eventTime) return null;
  return distance(nearest, id) < distance(current, id) ? nearest : null;
}

/** Whether an id lies no further above an epoch's highest than the epoch has received ids. */
function isNextOf(epoch: Epoch, id: number): boolean {
  const highest = highestGiven(epoch);
  return id > highest && id - highest <= epoch.highest - epoch.baseline - missingIn(epoch);
}

const distance = (epoch: Epoch, id: number): number => Math.abs(id - highestGiven(epoch));

/** Whether an epoch was the current one when an arrival happened, by the provider's clock. `epochs` are newest first. */
const wasRunning = (epoch: Epoch, epochs: readonly Epoch[], arrival: Arrival): boolean =>
  epoch.startTime === null ||
  (arrival.eventTime !== null && epoch.startTime <= arrival.eventTime) ||
  mayPrecede(epoch, epochs.slice(epochs.indexOf(epoch) + 1), arrival);

/**
 * Whether an arrival is one that an epoch misses before its first known id, so that it happened before that: it is younger
 * than all that is known of the epochs `before`.
 */
function mayPrecede(epoch: Epoch, before: readonly Epoch[], { id, eventTime }: Arrival): boolean {
  const hole = epoch.holes[holeIndexOf(epoch.holes, id)];
  if (hole === undefined || eventTime === null || !epoch.foundByConflicts) return false;
  // An event that came later may have divided what is missing before the first known id.
  const isFirst = (known: Epoch['recent'][number]) => known.eventTime === epoch.startTime && id < known.id;
  if (!isLead(hole, epoch) && !epoch.recent.some(isFirst)) return false;
  return before.every(older => newestTime(older) < eventTime);
}
