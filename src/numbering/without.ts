/** Taking ids back from an epoch: they turned out to be of another. Pure. */
import { LIMITS } from '../limits';
import { type Epoch, highestEver, youngHole } from './epoch';
import { boundHoles, type Hole, type HoleChange, holeIndexOf, withHole } from './holes';

/** What an epoch remembers of the last ids and of strays, without these. */
function rememberedWithout(
  { recent, strays }: Epoch,
  ids: ReadonlySet<number>,
): Pick<Epoch, 'recent' | 'strays'> {
  const isOwn = ({ id }: { readonly id: number }) => !ids.has(id);
  return { recent: recent.filter(isOwn), ...(strays === undefined ? {} : { strays: strays.filter(isOwn) }) };
}

/**
 * The epoch without some ids that it received, which are another's. Above all others they only showed holes that were none.
 * Elsewhere they leave holes, detected at `now` (ms since 1970).
 */
export function without(
  epoch: Epoch,
  ids: readonly number[],
  now: number,
): { epoch: Epoch; changes: HoleChange[] } {
  const foreign = new Set(ids);
  let highest = epoch.highest;
  while (foreign.has(highest) && highest > epoch.baseline) {
    const below = epoch.holes[holeIndexOf(epoch.holes, highest - 1)];
    highest = below === undefined ? highest - 1 : below.from - 1;
  }
  const kept = epoch.holes.filter(({ from }) => from < highest);
  const changes: HoleChange[] = epoch.holes
    .slice(kept.length)
    .map(dropped => ({ kind: 'dropped', hole: dropped }));
  let holes: readonly Hole[] = kept;
  for (const { id, corrects } of epoch.strays ?? []) if (corrects === true) foreign.delete(id);
  for (const id of foreign) {
    const isAtStart = id === epoch.baseline && epoch.foundByConflicts;
    const isInside = (id > epoch.baseline || isAtStart) && id < highest && holeIndexOf(holes, id) < 0;
    if (isInside) holes = withHole(holes, youngHole(id, id, now));
  }
  const lead = epoch.foundByConflicts ? joinedLead(holes) : { holes, changes: [] };
  const bound = boundHoles(lead.holes, LIMITS.MAX_HOLES);
  const left = { ...epoch, highest, reached: highestEver(epoch), ...rememberedWithout(epoch, new Set(ids)) };
  return {
    epoch: { ...left, holes: bound.holes },
    changes: [...changes, ...lead.changes, ...bound.changes],
  };
}

/** The holes with all that is missing before the first known id as one: nobody knows of any of it whether it was sent. */
function joinedLead(holes: readonly Hole[]): { holes: readonly Hole[]; changes: HoleChange[] } {
  const changes: HoleChange[] = [];
  let [lower, ...others] = holes;
  let [upper] = others;
  while (lower !== undefined && upper !== undefined && lower.from === 1 && lower.to + 1 === upper.from) {
    const into: Hole = { ...lower, to: upper.to, missing: lower.missing + upper.missing };
    changes.push({ kind: 'merged', lower, upper, into });
    [lower, others] = [into, others.slice(1)];
    [upper] = others;
  }
  return { holes: lower === undefined ? [] : [lower, ...others], changes };
}
