/**
 * Placing an arrival: what an increment id that has just come means, across the epochs of a webhook. Pure.
 *
 * The tracker's intervals say which ids were received. The record of known ids, passed in as `lookup`, says with which
 * bytes. `place` changes nothing; `record.ts` gives the tracker after the event was stored.
 * Guarantee: late retries of an earlier numbering neither open nor fill holes of the current one. Where events carry no
 * time, which numbering sent an id can be a guess; `pass-time.ts` corrects a wrong guess before it shows as a hole.
 */
import { bySecret, mayShareSecret } from './by-secret';
import { isSurelyMissing } from './doubt';
import { type Arrival, type Epoch, gapBefore, highestEver, highestGiven } from './epoch';
import { epochsOf } from './epochs';
import {
  adoptable,
  areLater,
  CONFLICTS_FOR_RESTART,
  happenedLater,
  newestTime,
  restartsAtOne,
  restartsBelow,
  signsOf,
} from './new-epoch';
import { isLive, stays } from './pass-time';
import { isResent, sentAgain } from './resent';
import type { KnownId, Lookup, Placement, TimeOf, Tracker, TrackerSettings } from './types';
import { earlierEpochOf, isReceived } from './which-epoch';

/** A numbering that took an event less than this many ms ago is still being sent. */
export const REORDERING_MS = 1000;

/** The placement of an arriving id. Every arrival gets exactly one. */
export function place(
  tracker: Tracker,
  arrival: Arrival,
  settings: TrackerSettings,
  lookup: Lookup,
  timeOf: TimeOf = () => null,
): Placement {
  const { current } = tracker;
  if (current === null) return { kind: 'restart', epoch: tracker.lastEpoch + 1, adopted: [] };
  const retried = retryOf(tracker, arrival, settings, lookup);
  if (retried !== null) return retried;
  const told = bySecret(tracker, arrival, settings);
  if (told.kind === 'new') {
    return { kind: 'restart', epoch: tracker.lastEpoch + 1, adopted: [], bySecret: true };
  }
  if (told.kind === 'earlier') return placeInEarlier(tracker, told.epoch, arrival, lookup);
  if (told.kind === 'closed') return placeInClosed(told.number, arrival, lookup);
  const earlierEpochs = told.kind === 'current' ? told.earlier : tracker.earlierEpochs;
  const open = earlierEpochs.filter((epoch, i) => stays(epoch, i, arrival.now) || isLive(epoch));
  const known = lookup(current.number, arrival.id);
  const received = isReceived(current, arrival.id, known);

  const added = known !== null && known !== 'forgotten' && known.added === true;
  const resent = received && isResent(current, arrival, known, timeOf);
  const restarts =
    restartsAtOne({ ...tracker, current }, arrival, received, settings) ||
    (!received && (restartsBelow(current, arrival) || restartsLater(tracker, current, arrival, settings)));
  if (!added && !resent && restarts) {
    return { kind: 'restart', epoch: tracker.lastEpoch + 1, adopted: adoptable(tracker, arrival, settings) };
  }
  const again = sentAgain(tracker, arrival, open, { lookup, timeOf });
  if (again !== null) return again;
  const earlier = earlierEpochOf(arrival, { current, open, received, settings, lookup });
  // With the time of the event that has its id, it is that event. Older, and younger than all of the earlier numberings, it is
  // one of this numbering for which a new one's was taken.
  const isThatEvent =
    resent && (isAtTimeOf(known, arrival, timeOf) || isBetween(open, current, arrival, settings));
  if (earlier !== null && !isThatEvent) return placeInEarlier(tracker, earlier, arrival, lookup);
  if (!received) return unseenIn(tracker, current, arrival);
  if (known === null || known === 'forgotten') return restartOr(tracker, arrival, settings, 'too_old');
  // The provider may correct an event that is in quarantine. An added event that was ignored was not kept, so nothing
  // can be compared with what the provider now sends.
  if (known.kind === 'quarantined' || (added && known.kind === 'ignored')) {
    return { kind: 'unaccepted', epoch: current.number, known, late: arrival.id < highestGiven(current) };
  }
  if (resent) return { kind: 'conflict', epoch: current.number, known, resent };
  return added
    ? { kind: 'conflict', epoch: current.number, known }
    : restartOr(tracker, arrival, settings, known);
}

const isAtTimeOf = (known: KnownId | 'forgotten' | null, { eventTime }: Arrival, timeOf: TimeOf): boolean =>
  known !== null && known !== 'forgotten' && timeOf(known.sequence) === eventTime;

/** Whether an arrival is younger than earlier numberings, and not older than the start of the current one by more than the grace. */
const isBetween = (
  earlier: readonly Epoch[],
  { startTime }: Epoch,
  { eventTime }: Arrival,
  { graceMs }: TrackerSettings,
): boolean =>
  eventTime !== null &&
  eventTime >= (startTime ?? 0) - graceMs &&
  earlier.every(epoch => newestTime(epoch) < eventTime);

/** Equal bytes are a retry, whichever numbering they belong to, and long after it was closed. */
function retryOf(
  tracker: Tracker,
  arrival: Arrival,
  settings: TrackerSettings,
  lookup: Lookup,
): Placement | null {
  const { id, fingerprint } = arrival;
  for (const epoch of [...epochsOf(tracker), ...tracker.closedEpochs]) {
    // Most arrivals are above all that earlier numberings came to: their records need not be read.
    if (epoch !== tracker.current && id > ('closedAt' in epoch ? epoch.highest : highestEver(epoch)))
      continue;
    // Another webhook at the provider may have sent the very same bytes.
    if (!mayShareSecret(epoch, arrival, settings)) continue;
    const known = lookup(epoch.number, id);
    if (known === null || known === 'forgotten' || known.fingerprint !== fingerprint) continue;
    if (known.kind !== 'ignored') return { kind: 'duplicate', epoch: epoch.number, known };
    return { kind: 'unaccepted', epoch: epoch.number, known, late: id < epoch.highest };
  }
  return null;
}

/** An arrival that an earlier numbering sent: it can neither be of the current one nor begin one. */
function placeInEarlier(tracker: Tracker, epoch: Epoch, arrival: Arrival, lookup: Lookup): Placement {
  const known = lookup(epoch.number, arrival.id);
  if (!isReceived(epoch, arrival.id, known)) return unseenIn(tracker, epoch, arrival);
  if (known === null || known === 'forgotten') return { kind: 'too_old', epoch: epoch.number };
  return known.kind === 'quarantined'
    ? { kind: 'unaccepted', epoch: epoch.number, known, late: arrival.id < epoch.highest }
    : { kind: 'conflict', epoch: epoch.number, known };
}

/** An arrival of a numbering that is closed: it is kept and forwarded, and says nothing about the others. */
function placeInClosed(epoch: number, { id, fingerprint }: Arrival, lookup: Lookup): Placement {
  const known = lookup(epoch, id);
  if (known === 'forgotten') return { kind: 'too_old', epoch };
  if (known === null) return { kind: 'unseen', epoch, late: true, gap: null };
  if (known.fingerprint === fingerprint && known.kind !== 'ignored')
    return { kind: 'duplicate', epoch, known };
  return known.kind === 'accepted'
    ? { kind: 'conflict', epoch, known }
    : { kind: 'unaccepted', epoch, known, late: true };
}

function unseenIn(tracker: Tracker, epoch: Epoch, { id }: Arrival): Placement {
  return {
    ...{ kind: 'unseen', epoch: epoch.number, late: id < highestGiven(epoch) },
    gap: gapToTell(tracker, epoch, id),
  };
}

/** The ids that an event of an epoch names as missing right before it: those that are missing in every reading. */
export function gapToTell(tracker: Tracker, epoch: Epoch, id: number): [number, number] | null {
  const gap = gapBefore(epoch, id);
  return gap !== null && isSurelyMissing(tracker, epoch, gap) ? gap : null;
}

/** Whether an id, together with the signs before it, shows a new numbering while the old one is silent. */
function isShownBy(tracker: Tracker, arrival: Arrival, settings: TrackerSettings): boolean {
  const { continuedAt } = tracker;
  const isSilent = continuedAt === null || arrival.now - continuedAt >= REORDERING_MS;
  return (
    (isSilent || areLater(tracker, settings)) &&
    signsOf(tracker, arrival, settings).size >= CONFLICTS_FOR_RESTART
  );
}

/** Rule (b) too, where the third id is one that the old numbering misses: it happened long after all of that. */
const restartsLater = (
  tracker: Tracker,
  current: Epoch,
  arrival: Arrival,
  settings: TrackerSettings,
): boolean => happenedLater(current, arrival, settings.graceMs) && isShownBy(tracker, arrival, settings);

/**
 * Rule (b) of a restart: three conflicts in a row with distinct ids, while the old numbering sends nothing. Gives that
 * restart, or else the conflict itself.
 */
function restartOr(
  tracker: Tracker,
  arrival: Arrival,
  settings: TrackerSettings,
  known: KnownId | 'too_old',
): Placement {
  const epoch = tracker.current?.number ?? 1;
  if (isShownBy(tracker, arrival, settings)) {
    return { kind: 'restart', epoch: tracker.lastEpoch + 1, adopted: adoptable(tracker, arrival, settings) };
  }
  return known === 'too_old' ? { kind: 'too_old', epoch } : { kind: 'conflict', epoch, known };
}
