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
  /** Missing in one reading of what arrived, and not in another (`doubt.ts`). */
  | 'uncertain'
  | 'expired'
  /** Closed by hand: not waited for any more, but still missing. */
  | 'resolved'
  /** It was uncertain until nothing could come any more. It is in no list. */
  | 'lapsed';

/** Whether a hole of this status has an entry in the gap list. */
export const isListed = ({ status }: Hole): boolean => status !== 'young' && status !== 'lapsed';

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

/** The entry of the gap list for ids on record that an older numbering may have sent as well (`shared-ids.ts`). */
export type SharedIds = {
  readonly listed: Hole;
  /** When it last changed, ms since 1970. */
  readonly at: number;
};

/** What becomes of the entries of an epoch that turns out to be none. */
export const allDropped = (epoch: { holes: readonly Hole[]; shared?: SharedIds }): HoleChange[] =>
  [...epoch.holes, ...(epoch.shared === undefined ? [] : [epoch.shared.listed])].map(hole => ({
    kind: 'dropped',
    hole,
  }));

/** Changes of holes of one epoch. */
export const inEpoch = (changes: readonly HoleChange[], epoch: number): (HoleChange & { epoch: number })[] =>
  changes.map(change => ({ ...change, epoch }));

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

/**
 * The list with its lowest two ranges merged until it has at most `limit`. One that is uncertain makes none else so, and what was
 * closed by hand is merged with its like alone: it stays closed, and opens nothing.
 */
export function boundHoles(
  holes: readonly Hole[],
  limit: number,
): { holes: readonly Hole[]; changes: HoleChange[] } {
  const changes: HoleChange[] = [];
  let bounded = holes;
  while (bounded.length > limit) {
    const first = lowestPair(bounded);
    const [lower, upper] = first < 0 ? [] : bounded.slice(first, first + 2);
    if (lower === undefined || upper === undefined) {
      const closed = bounded.findIndex(isClosed);
      if (closed < 0) break;
      // Every other one was closed by hand. That is waited for no more, and its entry stays as it is.
      bounded = bounded.toSpliced(closed, 1);
      continue;
    }
    const into: Hole = {
      from: lower.from,
      to: upper.to,
      missing: lower.missing + upper.missing,
      detectedAt: Math.min(lower.detectedAt, upper.detectedAt),
      status: mergedStatus(lower.status, upper.status),
    };
    changes.push({ kind: 'merged', lower, upper, into });
    bounded = [...bounded.slice(0, first), into, ...bounded.slice(first + 2)];
  }
  return { holes: bounded, changes };
}

const isClosed = ({ status }: Hole): boolean => status === 'resolved';

/** Where the two lowest ranges are that may be one, or -1. */
function lowestPair(holes: readonly Hole[]): number {
  const first = holes[0]?.status === 'uncertain' || holes[0]?.status === 'lapsed' ? 1 : 0;
  return holes.findIndex((hole, i) => {
    const next = holes[i + 1];
    return i >= first && next !== undefined && isClosed(hole) === isClosed(next);
  });
}

/**
 * The status of two merged holes, of which both or none were closed by hand. An uncertain part makes the whole uncertain, an
 * open one makes it open. With a young part it is in the gap list if the other part is.
 */
function mergedStatus(a: HoleStatus, b: HoleStatus): HoleStatus {
  if (a === b) return a;
  const both = [a, b];
  if (both.includes('uncertain')) return 'uncertain';
  if (both.includes('lapsed')) return both.find(status => status !== 'lapsed') ?? 'lapsed';
  return both.includes('open') ? 'open' : 'expired';
}

/** How long holes are waited for, in ms. */
export type HolePatience = {
  /** From a hole's detection until it is in the gap list. */
  graceMs: number;
  /** From a hole's detection until it expires. */
  expiresMs: number;
};

/** A part of a hole. `doubtful`: in another reading of what arrived it is none. */
export type HolePart = { readonly hole: Hole; readonly doubtful: boolean };

/** A part at `now` (ms since 1970): the very same hole where nothing changed. One step at a time. */
export function aged({ hole, doubtful }: HolePart, now: number, patience: HolePatience): Hole {
  const at = changesAt({ hole, doubtful }, patience);
  return at === null || now < at ? hole : { ...hole, status: nextStatus(hole.status, doubtful) };
}

function nextStatus(status: HoleStatus, doubtful: boolean): HoleStatus {
  if (status === 'uncertain') return doubtful ? 'lapsed' : 'open';
  if (status === 'open') return doubtful ? 'uncertain' : 'expired';
  // One step at a time, so that every hole is in the gap list as open before it expires.
  return doubtful ? 'uncertain' : 'open';
}

/** When a part's status changes by itself, ms since 1970; null for never. */
export function changesAt({ hole, doubtful }: HolePart, { graceMs, expiresMs }: HolePatience): number | null {
  const { status, detectedAt } = hole;
  switch (status) {
    case 'young':
      return detectedAt + graceMs;
    case 'open':
      return doubtful ? detectedAt : detectedAt + expiresMs;
    case 'uncertain':
      return doubtful ? detectedAt + expiresMs : detectedAt;
    case 'expired':
    case 'resolved':
    case 'lapsed':
      return null;
  }
}
