/**
 * An epoch that begins where a shadow was (`shadow.ts`): what that was read to have sent, it may have sent. Pure.
 *
 * So an epoch that is shown late, by its id 1 say, is not taken for one that lost all that came before that.
 */
import { absentIn } from './doubt';
import type { Epoch } from './epoch';
import { type Hole, isMerged } from './holes';
import { losesNearlyAll } from './suspicion';

/**
 * The epoch with what the shadow has received, where no times tell whose that was; the very same where it would have lost nearly
 * all of that.
 */
export function withShadow(epoch: Epoch, shadow: Epoch | undefined): Epoch {
  if (shadow === undefined || epoch.startTime !== null || shadow.startTime !== null) return epoch;
  const { highest } = epoch;
  const part = (hole: Hole, from: number, to: number): Hole =>
    isMerged(hole) ? hole : { ...hole, from, to, missing: to - from + 1, status: 'young' };
  const inside = epoch.holes.flatMap(hole =>
    isMerged(hole)
      ? [hole]
      : absentIn(shadow, [hole.from, hole.to]).map(([from, to]) => part(hole, from, to)),
  );
  const beyond = shadow.holes
    .filter(({ to }) => to > highest)
    .map(hole => part(hole, Math.max(hole.from, highest + 1), hole.to));
  const both = { ...epoch, highest: Math.max(highest, shadow.highest), holes: [...inside, ...beyond] };
  return losesNearlyAll(both) ? epoch : both;
}
