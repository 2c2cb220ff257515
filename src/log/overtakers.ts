/**
 * Ids of a new numbering that overtook the one that showed it, and went on from where the old one stood. Where they
 * happened in the same moment as the first of the new one, nothing told them apart; later they are missing from it.
 */
import { type Epoch, MAX_OVERTAKING, receive, withoutTop } from './epoch';
import { type HoleChange, type HolePatience, holeIndexOf, isMerged } from './holes';

type Change = HoleChange & { epoch: number };

/** The two epochs after the ids on top of the one before were given to the current one, as far as they are its own. */
export function giveBack(
  current: Epoch,
  before: Epoch,
  now: number,
  { graceMs }: HolePatience,
): { current: Epoch; before: Epoch; changes: Change[] } {
  const changes: Change[] = [];
  let [mine, theirs] = [current, before];
  while (overtook(mine, theirs, now, graceMs)) {
    const id = theirs.highest;
    const received = receive(mine, { id, fingerprint: '', eventTime: null, now }, graceMs);
    const { epoch, dropped } = withoutTop(theirs, [id]);
    changes.push(...received.changes.map(change => ({ ...change, epoch: mine.number })));
    changes.push(...dropped.map(hole => ({ kind: 'dropped', hole, epoch: epoch.number }) as const));
    [mine, theirs] = [received.epoch, epoch];
  }
  return { current: mine, before: theirs, changes };
}

/**
 * Whether the highest id of the epoch before happened when the current one began, and is one that the current one misses,
 * not for want of patience.
 */
function overtook(current: Epoch, before: Epoch, now: number, graceMs: number): boolean {
  const id = before.highest;
  const missed = current.holes[holeIndexOf(current.holes, id)];
  if (id <= before.baseline || missed === undefined || isMerged(missed) || missed.to !== id) return false;
  if (missed.status === 'resolved' || now < missed.detectedAt + graceMs / 2) return false;
  const time = before.recent.find(other => other.id === id)?.eventTime ?? null;
  if (time === null || time !== current.startTime || id > MAX_OVERTAKING) return false;
  // Its own id of that number happened later than those before it.
  return !current.recent.some(other => other.id < id && other.eventTime > time);
}
