/**
 * Holes: the runs of increment ids that an epoch has not received although it received a later one.
 *
 * A sorted list of disjoint ranges, never mutated. At most `LIMITS.MAX_HOLES` are kept: beyond that the two lowest
 * ranges are merged into one. A merged range also spans ids that were received. Its `missing` is the true count of
 * missing ids, but only the record of known ids can tell which ones they are.
 */

export type HoleStatus =
  /** Still within its grace: not a gap yet. */
  | 'young'
  | 'open'
  | 'expired'
  /** Closed by hand: not waited for any more, but still missing. */
  | 'resolved';

export type Hole = {
  readonly from: number;
  readonly to: number;
  /** How many of `from..to` are missing: fewer than all only in a merged range. */
  readonly missing: number;
  /** When the higher id that shows the hole was accepted, ms since 1970. */
  readonly detectedAt: number;
  readonly status: HoleStatus;
};

/** What happened to a hole. The gap list follows these changes. */
export type HoleChange =
  /** `id` arrived: the hole is now its `rest` (none, one or two ranges). */
  | { kind: 'filled'; hole: Hole; id: number; rest: Hole[] }
  /** It was no hole: the higher id that showed it belongs to another numbering. */
  | { kind: 'dropped'; hole: Hole }
  /** Two holes became one, because the list was too long. */
  | { kind: 'merged'; lower: Hole; upper: Hole; into: Hole };

/** Index of the hole that spans `id`, or -1. O(log n). */
export function holeIndexOf(holes: readonly Hole[], id: number): number {
  let low = 0;
  let high = holes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const hole = holes[middle];
    if (hole === undefined) return -1;
    if (id < hole.from) high = middle - 1;
    else if (id > hole.to) low = middle + 1;
    else return middle;
  }
  return -1;
}

/** Whether a hole is a merged range. */
export const isMerged = (hole: Hole): boolean => hole.missing < hole.to - hole.from + 1;

/** The list with `hole` at its place. No hole of the list may overlap it. */
export function withHole(holes: readonly Hole[], hole: Hole): Hole[] {
  const last = holes.at(-1);
  if (last === undefined || last.to < hole.from) return [...holes, hole];
  const at = holes.findIndex(other => other.from > hole.to);
  return [...holes.slice(0, at), hole, ...holes.slice(at)];
}

/** The list after `id`, a missing id of `holes[index]`, arrived. Null when there is no such hole. */
export function fillHole(
  holes: readonly Hole[],
  index: number,
  id: number,
): { holes: Hole[]; change: HoleChange } | null {
  const hole = holes[index];
  if (hole === undefined) return null;
  const rest = isMerged(hole) ? shrunk(hole, id) : split(hole, id);
  return {
    holes: [...holes.slice(0, index), ...rest, ...holes.slice(index + 1)],
    change: { kind: 'filled', hole, id, rest },
  };
}

function split(hole: Hole, id: number): Hole[] {
  const rest: Hole[] = [];
  if (id > hole.from) rest.push({ ...hole, to: id - 1, missing: id - hole.from });
  if (id < hole.to) rest.push({ ...hole, from: id + 1, missing: hole.to - id });
  return rest;
}

/** A merged range after `id` arrived. It becomes shorter only when that is its first or last id. */
function shrunk(hole: Hole, id: number): Hole[] {
  if (hole.missing === 1) return [];
  const from = id === hole.from ? id + 1 : hole.from;
  const to = id === hole.to ? id - 1 : hole.to;
  return [{ ...hole, from, to, missing: hole.missing - 1 }];
}

/** The list with its lowest two ranges merged until it has at most `limit`. */
export function boundHoles(
  holes: readonly Hole[],
  limit: number,
): { holes: readonly Hole[]; changes: HoleChange[] } {
  const changes: HoleChange[] = [];
  let bounded = holes;
  while (bounded.length > limit) {
    const [lower, upper] = bounded;
    if (lower === undefined || upper === undefined) break;
    const into: Hole = {
      from: lower.from,
      to: upper.to,
      missing: lower.missing + upper.missing,
      detectedAt: Math.min(lower.detectedAt, upper.detectedAt),
      status: mergedStatus(lower.status, upper.status),
    };
    changes.push({ kind: 'merged', lower, upper, into });
    bounded = [into, ...bounded.slice(2)];
  }
  return { holes: bounded, changes };
}

/**
 * The status of two merged holes. An open part makes the whole open. With a young part it is in the gap list if the
 * other part is. It is resolved only when both parts are.
 */
function mergedStatus(a: HoleStatus, b: HoleStatus): HoleStatus {
  if (a === b) return a;
  const both = [a, b];
  if (both.includes('open')) return 'open';
  if (both.includes('resolved')) return both.includes('young') ? 'open' : 'expired';
  return 'expired';
}

/** How long holes are waited for, in ms. */
export type HolePatience = {
  /** From a hole's detection until it is in the gap list. */
  graceMs: number;
  /** From a hole's detection until it expires. */
  expiresMs: number;
};

/** The list at `now` (ms since 1970), and those of its holes whose status has changed. */
export function ageHoles(
  holes: readonly Hole[],
  now: number,
  patience: HolePatience,
): { holes: readonly Hole[]; changed: Hole[] } {
  const changed: Hole[] = [];
  const aged = holes.map(hole => {
    const at = changesAt(hole, patience);
    if (at === null || now < at) return hole;
    // One step at a time, so that every hole is in the gap list as open before it expires.
    const next: Hole = { ...hole, status: hole.status === 'young' ? 'open' : 'expired' };
    changed.push(next);
    return next;
  });
  return { holes: changed.length > 0 ? aged : holes, changed };
}

/** When a hole's status changes by itself, ms since 1970; null for never. */
export function changesAt({ status, detectedAt }: Hole, { graceMs, expiresMs }: HolePatience): number | null {
  switch (status) {
    case 'young':
      return detectedAt + graceMs;
    case 'open':
      return detectedAt + expiresMs;
    case 'expired':
    case 'resolved':
      return null;
  }
}
