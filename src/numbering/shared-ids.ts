/**
 * Shared ids: ids that an epoch received, and that an older one may have sent as well. Pure.
 *
 * Where neither a secret nor times tell the numberings apart, an event under an id that both come to may be of either: the newer
 * one's, or one of the older that is late or was sent again with other bytes. So each such id may be missing in the newer one.
 * They are one entry of the gap list, uncertain, for as long as the older one may send and nobody has settled it. It stands for
 * received ids, so it is none of the holes, and it changes at most once per grace however many events come.
 */
import { mayShareSecret } from './by-secret';
import { type Epoch, highestEver } from './epoch';
import { epochsOf } from './epochs';
import { type Hole, type HoleChange, holeIndexOf } from './holes';
import { CONFLICTS_FOR_RESTART } from './new-epoch';
import { isSuspected } from './suspicion';
import type { Aged, Tracker, TrackerSettings } from './types';

/** An older numbering may still send so many ids above its highest known one, or as many as that is high. */
const MIN_AHEAD = 100;
/**
 * A numbering of so few ids may have taken those of the new one for its next, when all that both have was lost. Then all of its
 * ids are in question as soon as id 1 shows the new one.
 */
const FEW = 20;

/** What the entry is now: null where there is none. `missing` counts the ids on record, which may be missing. */
export function sharedIdsOf(tracker: Tracker, epoch: Epoch, settings: TrackerSettings): Hole | null {
  if (!isSuspected(epoch) || epoch.startTime !== null || epoch.suspicion?.over === true) return null;
  if (epoch.number === tracker.shadow?.number && !isShown(epoch)) return null;
  const older = highestOfOlder(tracker, epoch, settings);
  const reach = Math.max(0, ...older.map(highest => highest + Math.max(MIN_AHEAD, highest)));
  const [first] = epoch.holes;
  const from = first?.from === epoch.baseline ? first.to + 1 : epoch.baseline;
  const taken = from > 1 ? 0 : Math.max(0, ...older.filter(highest => highest <= FEW));
  const last = Math.max(Math.min(epoch.highest, reach), taken);
  const at = epoch.holes[holeIndexOf(epoch.holes, last)];
  const to = at === undefined ? last : at.from - 1;
  const inside = epoch.holes.filter(hole => hole.from > from && hole.to < to);
  const missing = to - from + 1 - inside.reduce((sum, hole) => sum + hole.missing, 0);
  if (missing <= 0) return null;
  return { from, to, missing, detectedAt: epoch.startedAt, status: 'uncertain' };
}

/** Whether a shadow has the signs of a restart, and only came too soon. A conflict or two is what ordinary numberings have, too. */
function isShown({ suspicion }: Epoch): boolean {
  const signs = suspicion?.signs ?? [];
  return signs.includes(1) || signs.length >= CONFLICTS_FOR_RESTART;
}

/** The highest ids of the older numberings that may have sent something since an epoch began. */
function highestOfOlder(tracker: Tracker, epoch: Epoch, settings: TrackerSettings): number[] {
  const { number, startedAt } = epoch;
  const older = [
    ...epochsOf(tracker).map(other => ({ ...other, highest: highestEver(other) })),
    // It was closed because too many others came.
    ...tracker.closedEpochs.filter(({ closedAt }) => closedAt >= startedAt),
  ];
  return older
    .filter(other => other.number < number && mayShareSecret(other, epoch, settings))
    .map(({ highest }) => highest);
}

/** The epoch with its entry at `now` (ms since 1970). What became of that is added to `aged`. */
export function ageShared(
  tracker: Tracker,
  epoch: Epoch,
  now: number,
  { settings, aged }: { settings: TrackerSettings; aged: Aged[] },
): Epoch {
  const at = sharedChangesAt(tracker, epoch, settings);
  if (at === null || now < at) return epoch;
  if (now >= endsAt(epoch, settings)) {
    const { suspicion, ...ended } = endShared(epoch, aged);
    return suspicion === undefined ? ended : { ...ended, suspicion: { ...suspicion, over: true } };
  }
  const listed = sharedIdsOf(tracker, epoch, settings);
  if (listed === null) return endShared(epoch, aged);
  const hole: Hole = epoch.shared?.listed ?? { ...listed, status: 'young' };
  aged.push({ epoch: epoch.number, hole, parts: [listed], onRecord: true });
  return { ...epoch, shared: { listed, at: now } };
}

/** The epoch without its entry: nothing can say any more whose the ids are. */
export function endShared(epoch: Epoch, aged: Aged[]): Epoch {
  const { shared, ...alone } = epoch;
  if (shared === undefined) return epoch;
  const { listed: hole } = shared;
  aged.push({ epoch: epoch.number, hole, parts: [{ ...hole, status: 'lapsed' }], onRecord: true });
  return alone;
}

/** When the entry appears, changes or ends next, ms since 1970; null for never. */
export function sharedChangesAt(tracker: Tracker, epoch: Epoch, settings: TrackerSettings): number | null {
  const { shared, startedAt } = epoch;
  if (shared === undefined && !isSuspected(epoch)) return null;
  const end = endsAt(epoch, settings);
  const now = sharedIdsOf(tracker, epoch, settings);
  if (now === null) return shared?.at ?? null;
  if (shared === undefined) return Math.min(end, startedAt + settings.graceMs);
  return isSame(now, shared.listed) ? end : Math.min(end, shared.at + settings.graceMs);
}

/** When the older numberings take no events any more, those included that closed before because too many others came. */
const endsAt = ({ startedAt }: Epoch, { expiresMs }: TrackerSettings): number => startedAt + expiresMs;

const isSame = (a: Hole, b: Hole): boolean => a.from === b.from && a.to === b.to && a.missing === b.missing;

/** The epoch without its entry: it was settled. */
export function withoutShared({ shared, ...epoch }: Epoch): { epoch: Epoch; changes: HoleChange[] } {
  return { epoch, changes: shared === undefined ? [] : [{ kind: 'dropped', hole: shared.listed }] };
}
