/**
 * Judging an arrival: what an increment id means that has just come, across the epochs of a webhook.
 *
 * `place` is pure and changes nothing; `record.ts` gives the tracker after the event was stored. What was received is
 * known from intervals. With which bytes it came is known from the record of known ids, passed in as `lookup`.
 * Guarantee: late retries of an earlier numbering neither open nor fill holes of the current one. Where events carry no
 * time, it can be a guess which numbering sent an id; `pass-time.ts` puts a wrong guess right before it shows as a hole.
 */
import { type Arrival, type Epoch, gapBefore } from './epoch';
import { adoptable, conflictsInARow, restartsAtOne } from './new-epoch';
import { isLive, stays } from './pass-time';
import type { KnownId, Lookup, Placement, Tracker, TrackerSettings } from './types';
import { earlierEpochOf, isReceived } from './which-epoch';

/** Conflicts with distinct ids that together show a restarted numbering. */
const CONFLICTS_FOR_RESTART = 3;
/** A numbering that went on less than this ago is still being sent: its events may come in another order than they were. */
export const REORDERING_MS = 1000;

/** What an arriving id is. Total: every arrival gets exactly one placement. */
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

  // Equal bytes are a retry, in whichever numbering they were sent.
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
  // A provider that corrects what it sent may have the id. An ignored event was not looked at: its retry is the same.
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

/** Rule (b): the third conflict with a distinct id in a row is the restarted numbering, once the old one has fallen silent. */
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
