/**
 * Placing an arrival: what an increment id that has just come means, across the epochs of a webhook. Pure.
 *
 * The tracker's intervals say which ids were received. The record of known ids, passed in as `lookup`, says with which
 * bytes. `place` changes nothing; `record.ts` gives the tracker after the event was stored.
 * Guarantee: late retries of an earlier numbering neither open nor fill holes of the current one. Where events carry no
 * time, which numbering sent an id can be a guess; `pass-time.ts` corrects a wrong guess before it shows as a hole.
 */
import { type Arrival, type Epoch, gapBefore } from './epoch';
import { adoptable, conflictsInARow, restartsAtOne } from './new-epoch';
import { isLive, stays } from './pass-time';
import type { KnownId, Lookup, Placement, Tracker, TrackerSettings } from './types';
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
): Placement {
  const { current } = tracker;
  if (current === null) return { kind: 'restart', epoch: tracker.lastEpoch + 1, adopted: [] };
  const open = tracker.earlierEpochs.filter((epoch, i) => stays(epoch, i, arrival.now) || isLive(epoch));
  const known = lookup(current.number, arrival.id);
  const received = isReceived(current, arrival.id, known);

  // Equal bytes are a retry, whichever numbering they belong to.
  for (const epoch of [current, ...open]) {
    const entry = epoch === current ? known : lookup(epoch.number, arrival.id);
    if (entry === null || entry === 'forgotten' || entry.fingerprint !== arrival.fingerprint) continue;
    if (entry.kind !== 'ignored') return { kind: 'duplicate', epoch: epoch.number, known: entry };
    return { kind: 'unaccepted', epoch: epoch.number, known: entry, late: arrival.id < epoch.highest };
  }
  const added = known !== null && known !== 'forgotten' && known.added === true;
  if (!added && restartsAtOne(current, arrival, received, settings)) {
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
  return added
    ? { kind: 'conflict', epoch: current.number, known }
    : restartOr(tracker, arrival, 'conflict', known);
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
