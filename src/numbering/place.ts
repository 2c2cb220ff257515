/**
 * Placing an arrival: what an increment id that has just come means, across the epochs of a webhook. Pure.
 *
 * The tracker's intervals say which ids were received. The record of known ids, passed in as `lookup`, says with which
 * bytes. `place` changes nothing; `record.ts` gives the tracker after the event was stored.
 * Guarantee: late retries of an earlier numbering neither open nor fill holes of the current one. Where events carry no
 * time, which numbering sent an id can be a guess; `pass-time.ts` corrects a wrong guess before it shows as a hole.
 */
import { bySecret, mayShareSecret } from './by-secret';
import { type Arrival, type Epoch, gapBefore, highestEver } from './epoch';
import { adoptable, conflictsInARow, restartsAtOne, restartsBelow } from './new-epoch';
import { isLive, stays } from './pass-time';
import { isResent } from './resent';
import type { KnownId, Lookup, Placement, TimeOf, Tracker, TrackerSettings } from './types';
import { earlierEpochOf, isReceived } from './which-epoch';

/** So many conflicts with distinct ids show that the numbering restarted. */
const CONFLICTS_FOR_RESTART = 3;
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
  if (told.kind === 'earlier') return placeInEarlier(told.epoch, arrival, lookup);
  const earlierEpochs = told.kind === 'current' ? told.earlier : tracker.earlierEpochs;
  const open = earlierEpochs.filter((epoch, i) => stays(epoch, i, arrival.now) || isLive(epoch));
  const known = lookup(current.number, arrival.id);
  const received = isReceived(current, arrival.id, known);

  const added = known !== null && known !== 'forgotten' && known.added === true;
  const resent = received && isResent(current, arrival, known, timeOf);
  const restarts =
    restartsAtOne(current, arrival, received, settings) || (!received && restartsBelow(current, arrival));
  if (!added && !resent && restarts) {
    return { kind: 'restart', epoch: tracker.lastEpoch + 1, adopted: adoptable(tracker, arrival) };
  }
  const earlier = earlierEpochOf(arrival, { current, open, received, settings, lookup });
  if (earlier !== null) return unseenIn(earlier, arrival);
  if (!received) return unseenIn(current, arrival);
  if (known === null || known === 'forgotten') return restartOr(tracker, arrival, 'too_old', null);
  // The provider may correct an event that is in quarantine. An added event that was ignored was not kept, so nothing
  // can be compared with what the provider now sends.
  if (known.kind === 'quarantined' || (added && known.kind === 'ignored')) {
    return { kind: 'unaccepted', epoch: current.number, known, late: arrival.id < current.highest };
  }
  if (resent) return { kind: 'conflict', epoch: current.number, known, resent };
  return added
    ? { kind: 'conflict', epoch: current.number, known }
    : restartOr(tracker, arrival, 'conflict', known);
}

/** Equal bytes are a retry, whichever numbering they belong to, and long after it was closed. */
function retryOf(
  { current, earlierEpochs, closedEpochs }: Tracker,
  arrival: Arrival,
  settings: TrackerSettings,
  lookup: Lookup,
): Placement | null {
  const { id, fingerprint } = arrival;
  const epochs = [...(current === null ? [] : [current]), ...earlierEpochs, ...closedEpochs];
  for (const epoch of epochs) {
    // Most arrivals are above all that earlier numberings came to: their records need not be read.
    if (epoch !== current && id > ('closedAt' in epoch ? epoch.highest : highestEver(epoch))) continue;
    // Another webhook at the provider may have sent the very same bytes.
    if (!mayShareSecret(epoch, arrival, settings)) continue;
    const known = lookup(epoch.number, id);
    if (known === null || known === 'forgotten' || known.fingerprint !== fingerprint) continue;
    if (known.kind !== 'ignored') return { kind: 'duplicate', epoch: epoch.number, known };
    return { kind: 'unaccepted', epoch: epoch.number, known, late: id < epoch.highest };
  }
  return null;
}

/** An arrival whose secret says that an earlier numbering sent it: it can neither be of the current one nor begin one. */
function placeInEarlier(epoch: Epoch, arrival: Arrival, lookup: Lookup): Placement {
  const known = lookup(epoch.number, arrival.id);
  if (!isReceived(epoch, arrival.id, known)) return unseenIn(epoch, arrival);
  if (known === null || known === 'forgotten') return { kind: 'too_old', epoch: epoch.number };
  return known.kind === 'quarantined'
    ? { kind: 'unaccepted', epoch: epoch.number, known, late: arrival.id < epoch.highest }
    : { kind: 'conflict', epoch: epoch.number, known };
}

function unseenIn(epoch: Epoch, arrival: Arrival): Placement {
  return {
    kind: 'unseen',
    epoch: epoch.number,
    late: arrival.id < epoch.highest,
    gap: gapBefore(epoch, arrival.id),
  };
}

/**
 * Rule (b) of a restart: three conflicts in a row with distinct ids, while the old numbering sends nothing. Gives that
 * restart, or else the conflict itself.
 */
function restartOr(
  tracker: Tracker,
  arrival: Arrival,
  kind: 'conflict' | 'too_old',
  known: KnownId | null,
): Placement {
  const epoch = tracker.current?.number ?? 1;
  const proofs = conflictsInARow(tracker).filter(conflict => conflict.proofless !== true);
  const ids = new Set(proofs.map(conflict => conflict.id)).add(arrival.id);
  const isSilent = tracker.continuedAt === null || arrival.now - tracker.continuedAt >= REORDERING_MS;
  if (ids.size >= CONFLICTS_FOR_RESTART && isSilent) {
    return { kind: 'restart', epoch: tracker.lastEpoch + 1, adopted: adoptable(tracker, arrival) };
  }
  return kind === 'conflict' && known !== null
    ? { kind: 'conflict', epoch, known }
    : { kind: 'too_old', epoch };
}
