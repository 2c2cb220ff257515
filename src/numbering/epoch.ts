/**
 * One run of a provider's numbering: which ids were received between its baseline and its highest.
 *
 * State is an interval and its holes, so it stays small whatever the number of events. Pure: every function returns
 * a new epoch. Ids below the baseline are not tracked as holes; whether one was received only its record can tell.
 */
import { LIMITS } from '../limits';
import { boundHoles, fillHole, type Hole, type HoleChange, holeIndexOf, isMerged, withHole } from './holes';

/** Ids whose event time an epoch remembers. */
const MAX_RECENT = 100;

export type Epoch = {
  /** 1, 2, 3 … per webhook. */
  readonly number: number;
  /** The first increment id; lower ones extend it only within the grace after `startedAt`. */
  readonly baseline: number;
  readonly highest: number;
  readonly holes: readonly Hole[];
  /** When its first event was accepted, ms since 1970. */
  readonly startedAt: number;
  /** When the event of the baseline was accepted: later than `startedAt` where a lower id extended it. */
  readonly baselineAt: number;
  /** When the baseline event happened by the provider's clock, ms since 1970, or null. */
  readonly startTime: number | null;
  /** Fingerprint of id 1 (hex), kept for good: it tells a restarted numbering from a late retry. */
  readonly firstFingerprint: string | null;
  /** True when it was recognised by conflicts, so that its own id 1 may still be on its way. */
  readonly foundByConflicts: boolean;
  /** For a previous epoch: until when its late ids are taken, ms since 1970; null for the current one. */
  readonly closesAt: number | null;
  /** For a previous epoch: ids above its highest that it took since the current one last took such an id. */
  readonly lateGrowth: number;
  /** The last ids that came with an event time, and that time in ms since 1970; in the order they came. */
  readonly recent: readonly { readonly id: number; readonly eventTime: number }[];
  /** The last ids below the baseline that came without an event time, and when, ms since 1970. */
  readonly strays?: readonly { readonly id: number; readonly at: number }[];
};

/** An arriving increment id, with what the epoch rules look at. */
export type Arrival = {
  id: number;
  /** Hex of the event's fingerprint. */
  fingerprint: string;
  /** ms since 1970 by the provider's clock, or null. */
  eventTime: number | null;
  /** ms since 1970 */
  now: number;
  /** By hand: nothing about it is the provider's word (`added-by-hand.ts`). */
  added?: true;
};

export function startEpoch(number: number, first: Arrival, foundByConflicts: boolean): Epoch {
  return {
    number,
    baseline: first.id,
    highest: first.id,
    holes: [],
    startedAt: first.now,
    baselineAt: first.now,
    startTime: first.eventTime,
    firstFingerprint: first.id === 1 ? first.fingerprint : null,
    foundByConflicts,
    closesAt: null,
    lateGrowth: 0,
    recent: remembered([], first),
  };
}

/** Where an id stands in an epoch, as far as intervals can tell. */
export type Standing = 'above' | 'missing' | 'received' | 'maybe_missing' | 'below';

/** `maybe_missing`: inside a merged range, where only the record of known ids can tell. */
export function standingOf(epoch: Epoch, id: number): Standing {
  if (id > epoch.highest) return 'above';
  if (id < epoch.baseline) return 'below';
  const hole = epoch.holes[holeIndexOf(epoch.holes, id)];
  if (hole === undefined) return 'received';
  return isMerged(hole) ? 'maybe_missing' : 'missing';
}

/** The ids missing right before `id` at this moment, as `[from, to]`, or null: what `gapless-gap` reports. */
export function gapBefore(epoch: Epoch, id: number): [number, number] | null {
  if (id > epoch.highest) return id > epoch.highest + 1 ? [epoch.highest + 1, id - 1] : null;
  const hole = epoch.holes[holeIndexOf(epoch.holes, id)] ?? epoch.holes[holeIndexOf(epoch.holes, id - 1)];
  return hole !== undefined && hole.from < id ? [hole.from, id - 1] : null;
}

/**
 * The epoch after an id it had not received arrived. An id below the baseline extends it while the grace after the
 * first event lasts, and changes nothing later.
 */
export function receive(
  epoch: Epoch,
  arrival: Arrival,
  graceMs: number,
): { epoch: Epoch; changes: HoleChange[] } {
  const { id, now } = arrival;
  const recent = remembered(epoch.recent, arrival);
  const added = arrival.added === true;
  const firstFingerprint = id === 1 && !added ? arrival.fingerprint : epoch.firstFingerprint;
  const next: Epoch = { ...epoch, recent, firstFingerprint };
  if (id > next.highest) {
    if (id === next.highest + 1) return { epoch: { ...next, highest: id }, changes: [] };
    return bounded({ ...next, highest: id }, hole(epoch.highest + 1, id - 1, now));
  }
  if (id < next.baseline) {
    if (added) return { epoch: next, changes: [] };
    if (now - next.startedAt > graceMs) return { epoch: withStray(next, arrival), changes: [] };
    const startTime = arrival.eventTime ?? next.startTime;
    const extended = { ...next, baseline: id, baselineAt: now, startTime };
    if (id === next.baseline - 1) return { epoch: extended, changes: [] };
    // The later id that shows this hole is the old baseline.
    return bounded(extended, hole(id + 1, epoch.baseline - 1, epoch.baselineAt));
  }
  const filled = fillHole(next.holes, holeIndexOf(next.holes, id), id);
  if (filled === null) return { epoch: next, changes: [] };
  // Filling the middle of a hole makes two, so the bound is checked here too.
  const { holes, changes } = boundHoles(filled.holes, LIMITS.MAX_HOLES);
  return { epoch: { ...next, holes }, changes: [filled.change, ...changes] };
}

const hole = (from: number, to: number, detectedAt: number): Hole => ({
  from,
  to,
  missing: to - from + 1,
  detectedAt,
  status: 'young',
});

function bounded(epoch: Epoch, added: Hole): { epoch: Epoch; changes: HoleChange[] } {
  const { holes, changes } = boundHoles(withHole(epoch.holes, added), LIMITS.MAX_HOLES);
  return { epoch: { ...epoch, holes }, changes };
}

function remembered(recent: Epoch['recent'], { id, eventTime, added }: Arrival): Epoch['recent'] {
  return eventTime === null || added === true ? recent : [...recent.slice(1 - MAX_RECENT), { id, eventTime }];
}

function withStray(epoch: Epoch, { id, eventTime, now }: Arrival): Epoch {
  if (eventTime !== null) return epoch;
  return { ...epoch, strays: [...(epoch.strays ?? []).slice(1 - MAX_RECENT), { id, at: now }] };
}

/** The epoch without the `ids` above all others that it received, and without the holes that only those showed. */
export function withoutTop(epoch: Epoch, ids: readonly number[]): { epoch: Epoch; dropped: Hole[] } {
  const foreign = new Set(ids);
  let highest = epoch.highest;
  while (foreign.has(highest) && highest > epoch.baseline) {
    const below = epoch.holes[holeIndexOf(epoch.holes, highest - 1)];
    highest = below === undefined ? highest - 1 : below.from - 1;
  }
  const holes = epoch.holes.filter(hole => hole.from < highest);
  return { epoch: { ...epoch, highest, holes }, dropped: epoch.holes.slice(holes.length) };
}
