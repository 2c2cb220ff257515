/**
 * One run of a provider's numbering: which ids were received between its baseline and its highest.
 *
 * The state is an interval and its holes, so it stays small however many events come. Pure: every function returns a
 * new epoch. Ids below the baseline are not tracked: only the record of known ids tells whether one was received.
 */
import { LIMITS } from '../limits';
import {
  boundHoles,
  fillHole,
  type Hole,
  type HoleChange,
  holeIndexOf,
  isMerged,
  type SharedIds,
  withHole,
} from './holes';
import { type Stray, withStray } from './strays';

/** How many ids an epoch remembers with their event times. */
const MAX_RECENT = 100;

export type Suspicion = {
  /** How many further ids it has received whose time shows that they are its own. */
  readonly received: number;
  /** The highest id of the epoch before, then; and how many ids above that came that this would have reached by losing most. */
  readonly highestBefore: number;
  readonly receivedBefore: number;
  /** The highest id that was given to it, not only read as one that it may have sent. Absent in an earlier release's. */
  readonly given?: number;
  /** The older ones send nothing any more, so that its ids are in question no longer (`shared-ids.ts`). */
  readonly over?: true;
  /** Of a shadow: the ids of its first conflicts. */
  readonly signs?: readonly number[];
};

/** One numbering, as far as its ids were received. */
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
  /** Fingerprint of id 1 (hex), never dropped: it tells a late retry of id 1 from the start of a new numbering. */
  readonly firstFingerprint: string | null;
  /** True when something else than its id 1 showed the epoch: that id and those after it may still come. They are its first hole. */
  readonly foundByConflicts: boolean;
  /** For an earlier epoch: until when its late ids are taken, ms since 1970. Null for the current one. */
  readonly closesAt: number | null;
  /** For an earlier epoch: how often its highest id rose since that of the current epoch last did. */
  readonly lateGrowth: number;
  /** The inbound secret that verified its events; absent where it says nothing about the numbering. */
  readonly secretId?: string;
  /** While it may be no numbering of its own (`suspicion.ts`): what spoke for it and against it since it was recognised. */
  readonly suspicion?: Suspicion;
  /** Absent where there are none, or the entry is not due. */
  readonly shared?: SharedIds;
  /** Its highest id before early ids were taken from it; absent where none were. Their records are still here. */
  readonly reached?: number;
  /** The last ids that came with an event time (ms since 1970), in the order of arrival. */
  readonly recent: readonly { readonly id: number; readonly eventTime: number }[];
  /** The last ids that may be of a numbering after it. */
  readonly strays?: readonly Stray[];
};

/** An arriving increment id, with what the epoch rules look at. */
export type Arrival = {
  id: number;
  /** Hex of the event's fingerprint. */
  fingerprint: string;
  /** ms since 1970 by the provider's clock, or null. */
  eventTime: number | null;
  /** When it arrived, ms since 1970. */
  now: number;
  /** The inbound secret that verified it; absent where nobody looked. */
  secretId?: string;
  /** It was added by hand, so it proves nothing about the provider (`added-by-hand.ts`). */
  added?: true;
};

/** The epoch whose first received id is `first`. @param foundByConflicts it has sent lower ids, unless that is id 1 */
export function startEpoch(number: number, first: Arrival, foundByConflicts: boolean): Epoch {
  const hasLead = foundByConflicts && first.id > 1;
  return {
    number,
    baseline: hasLead ? 1 : first.id,
    highest: first.id,
    holes: hasLead ? [youngHole(1, first.id - 1, first.now)] : [],
    startedAt: first.now,
    baselineAt: first.now,
    startTime: first.eventTime,
    firstFingerprint: first.id === 1 ? first.fingerprint : null,
    foundByConflicts,
    closesAt: null,
    lateGrowth: 0,
    recent: remembered([], first),
    ...(first.secretId === undefined ? {} : { secretId: first.secretId }),
  };
}

/** The highest id that was given to an epoch. */
export const highestGiven = ({ highest, suspicion }: Epoch): number => suspicion?.given ?? highest;

/** What the interval and its holes can tell about an id. */
export type Standing = 'above' | 'missing' | 'received' | 'maybe_missing' | 'below';

/** The highest id that an epoch ever received, those included that turned out to be of another one. */
export const highestEver = ({ highest, reached = 0 }: Epoch): number => Math.max(highest, reached);

/** Where an id stands in an epoch. `maybe_missing`: inside a merged range, so only the record of known ids can tell. */
export function standingOf(epoch: Epoch, id: number): Standing {
  if (id > epoch.highest) return 'above';
  if (id < epoch.baseline) return 'below';
  const hole = epoch.holes[holeIndexOf(epoch.holes, id)];
  if (hole === undefined) return 'received';
  return isMerged(hole) ? 'maybe_missing' : 'missing';
}

/** Whether the interval and its holes tell that an epoch has not received an id, and that it would be one of its own. */
export const lacks = (epoch: Epoch, id: number): boolean =>
  ['above', 'missing'].includes(standingOf(epoch, id));

/** How many ids an epoch misses between its baseline and its highest. */
export const missingIn = ({ holes }: Epoch): number => holes.reduce((sum, { missing }) => sum + missing, 0);

/** The ids that an epoch received, ascending: as many as there were events, however far apart they are. */
export function* receivedIn({ baseline, highest, holes }: Epoch): Generator<number> {
  let next = baseline;
  for (const { from, to } of [...holes, { from: highest + 1, to: highest }]) {
    for (; next < from; next++) yield next;
    next = to + 1;
  }
}

/** The ids that are missing right before `id` now, as `[from, to]`, or null. The header `gapless-gap` reports them. */
export function gapBefore(epoch: Epoch, id: number): [number, number] | null {
  if (id > epoch.highest) return id > epoch.highest + 1 ? [epoch.highest + 1, id - 1] : null;
  const hole = epoch.holes[holeIndexOf(epoch.holes, id)] ?? epoch.holes[holeIndexOf(epoch.holes, id - 1)];
  return hole !== undefined && hole.from < id ? [hole.from, id - 1] : null;
}

/**
 * The epoch after it received an id, and what that did to its holes. An id below the baseline lowers the baseline while
 * the grace after the epoch's start lasts; later it opens no holes, and without an event time it is kept as a stray.
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
  if (id > next.highest) return above(next, arrival);
  if (id < next.baseline) {
    if (added) return { epoch: next, changes: [] };
    if (now - next.startedAt > graceMs) return { epoch: withStray(next, arrival), changes: [] };
    const startTime = arrival.eventTime ?? next.startTime;
    const extended = { ...next, baseline: id, baselineAt: now, startTime };
    if (id === next.baseline - 1) return { epoch: extended, changes: [] };
    // The old baseline is the higher id that shows this hole, so the hole is as old as that.
    return bounded(extended, youngHole(id + 1, epoch.baseline - 1, epoch.baselineAt));
  }
  const at = holeIndexOf(next.holes, id);
  const filled = fillHole(next.holes, at, id);
  if (filled === null) return { epoch: next, changes: [] };
  // Filling the middle of a hole makes two, so the bound is checked here too.
  const { holes, changes } = boundHoles(filled.holes, LIMITS.MAX_HOLES);
  const stray = arrival.eventTime === null && !added ? withStray(next, arrival, { fills: true }) : next;
  const startTime = startedBy(next, at, arrival);
  return { epoch: { ...stray, holes, startTime }, changes: [filled.change, ...changes] };
}

/** When an epoch began, after an id of its hole `at` came: its first known event was not its first where one before that comes. */
function startedBy({ foundByConflicts, holes, startTime }: Epoch, at: number, { eventTime }: Arrival) {
  const isBeforeFirst = foundByConflicts && holes[at]?.from === 1;
  return isBeforeFirst && eventTime !== null && startTime !== null
    ? Math.min(startTime, eventTime)
    : startTime;
}

/** The epoch after it received an id whose event was given to another one. The very same where it does not lack the id. */
export function receiveId(
  epoch: Epoch,
  { id, now, eventTime }: Pick<Arrival, 'id' | 'now' | 'eventTime'>,
  graceMs: number,
): { epoch: Epoch; changes: HoleChange[] } {
  return lacks(epoch, id)
    ? receive(epoch, { id, now, eventTime, fingerprint: '' }, graceMs)
    : { epoch, changes: [] };
}

/** The epoch after it went on to a higher id. So what filled its holes before is its own. */
function above(epoch: Epoch, { id, now }: Arrival): { epoch: Epoch; changes: HoleChange[] } {
  const next: Epoch = { ...withoutFills(epoch), highest: id };
  if (id === epoch.highest + 1) return { epoch: next, changes: [] };
  return bounded(next, youngHole(epoch.highest + 1, id - 1, now));
}

function withoutFills(epoch: Epoch): Epoch {
  if (epoch.strays?.some(({ fills }) => fills === true) !== true) return epoch;
  return { ...epoch, strays: epoch.strays.filter(({ fills }) => fills !== true) };
}

export const youngHole = (from: number, to: number, detectedAt: number): Hole => ({
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
