/**
 * The sequence tracker: what an arriving increment id means, across the epochs of a webhook.
 *
 * Pure functions over plain data. `place` judges and changes nothing; `record` gives the tracker after the event was
 * stored. What was received is known from intervals; with which bytes, from the record of known ids, passed in as
 * `lookup`. Guarantee: a hole is reported only between ids that one numbering really sent, so late retries of an
 * earlier numbering neither open nor fill holes of the current one. Which numbering sent an id can be a guess where
 * events carry no time; a guess that turns out wrong is put right before it could show as a hole (`age`).
 */

import { giveBack, overtakersIn } from './early-ids';
import { type Arrival, type Epoch, gapBefore, receive, standingOf, startEpoch, withoutTop } from './epoch';
import { ageHoles, changesAt, type Hole, type HoleChange, type HolePatience } from './holes';
import { adoptable, beganAt, conflictsInARow, isBefore, restartsAtOne } from './new-epoch';
import { earlierOwner, isReceived } from './which-epoch';

/** What is on record for an increment id. */
export type KnownId = {
  kind: 'accepted' | 'ignored' | 'quarantined';
  /** 0 for ignored ones, which have none. */
  sequence: number;
  /** Hex. */
  fingerprint: string;
  /** By hand, so that it proves nothing about the provider (`added.ts`). */
  added?: true;
};

/** The record of an id in an epoch; `forgotten` where records of such ids have passed the deduplication window. */
export type Lookup = (epoch: number, id: number) => KnownId | 'forgotten' | null;

/** An event quarantined because its id was taken by other bytes. */
export type Conflict = {
  id: number;
  sequence: number;
  fingerprint: string;
  eventTime: number | null;
  /** What had taken its id was added by hand: no sign of a restart. */
  proofless?: true;
};

export type Tracker = {
  readonly current: Epoch | null;
  /** Earlier epochs whose late retries are still taken, newest first. */
  readonly previous: readonly Epoch[];
  /** The last conflicts, oldest first. */
  readonly conflicts: readonly Conflict[];
  /** How many of them came since the last event that was none. */
  readonly inARow: number;
  /** When that event came, ms since 1970; null before the first. */
  readonly continuedAt: number | null;
  /** The highest number of an epoch so far: none is given twice. */
  readonly lastEpoch: number;
};

export const EMPTY_TRACKER: Tracker = {
  current: null,
  previous: [],
  conflicts: [],
  inARow: 0,
  continuedAt: null,
  lastEpoch: 0,
};

/** Conflicts with distinct ids that together show a restarted numbering. */
const CONFLICTS_FOR_RESTART = 3;
/** A numbering that went on less than this ago is still being sent: its events may come in another order than they were. */
export const REORDERING_MS = 1000;
const MAX_CONFLICTS = 100;
const MAX_PREVIOUS_EPOCHS = 3;
/** Ids in a row that an earlier epoch grew by, the current one by none: more than late retries. */
const GROWTH_OF_THE_LIVE = 3;

export type TrackerSettings = HolePatience;

export type Placement =
  /** Seen for the first time; `late` when a higher id of its epoch came before it. */
  | { kind: 'unseen'; epoch: number; late: boolean; gap: [number, number] | null }
  /** Its id is on record, but no event with it was accepted: ignored with these bytes, or quarantined with others. */
  | { kind: 'unaccepted'; epoch: number; known: KnownId; late: boolean }
  | { kind: 'duplicate'; epoch: number; known: KnownId }
  | { kind: 'conflict'; epoch: number; known: KnownId }
  | { kind: 'too_old'; epoch: number }
  /** The provider's numbering began anew; `adopted` conflicts belong to the new epoch. */
  | { kind: 'restart'; epoch: number; adopted: Conflict[] };

/** What an arriving id is. Total: every arrival gets exactly one placement. */
export function place(
  tracker: Tracker,
  arrival: Arrival,
  settings: TrackerSettings,
  lookup: Lookup,
): Placement {
  const { current } = tracker;
  if (current === null) return { kind: 'restart', epoch: tracker.lastEpoch + 1, adopted: [] };
  const open = tracker.previous.filter((epoch, i) => stays(epoch, i, arrival.now) || isLive(epoch));
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
  const owner = earlierOwner(current, open, arrival, received, settings, lookup);
  if (owner !== null) return unseenIn(owner, arrival);
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

/** Whether an earlier epoch, by its place among them, still takes late ids. */
const stays = (epoch: Epoch, index: number, now: number): boolean =>
  index < MAX_PREVIOUS_EPOCHS && epoch.closesAt !== null && now < epoch.closesAt;

/** Not an earlier epoch but the one that is being sent: it does not close before `age` has put that right. */
const isLive = (epoch: Epoch): boolean => epoch.grown >= GROWTH_OF_THE_LIVE;

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

/**
 * The tracker as events find it that come together: in which order they were sent is not known, so one that continues
 * the numbering does so before all others.
 */
export function comingTogether(tracker: Tracker, ids: readonly number[], now: number): Tracker {
  const { current } = tracker;
  if (current === null) return tracker;
  const continues = ids.some(id => ['above', 'missing'].includes(standingOf(current, id)));
  return continues ? { ...tracker, continuedAt: now } : tracker;
}

/** A change of a hole, and the epoch it lies in. */
export type TrackerChange = HoleChange & { epoch: number };

/** The tracker after an event placed so was stored. `conflict` and `too_old` are recorded by `recordConflict`. */
export function record(
  tracker: Tracker,
  arrival: Arrival,
  placement: Extract<Placement, { kind: 'unseen' | 'unaccepted' | 'restart' }>,
  settings: TrackerSettings,
): { tracker: Tracker; changes: TrackerChange[] } {
  if (placement.kind === 'unaccepted') return { tracker: notInARow(tracker, arrival), changes: [] };
  if (placement.kind === 'restart') return restart(tracker, arrival, placement, settings);
  const changes: TrackerChange[] = [];
  const update = (epoch: Epoch): Epoch => {
    if (epoch.number !== placement.epoch) return epoch;
    const received = receive(epoch, arrival, settings.graceMs);
    changes.push(...received.changes.map(change => ({ ...change, epoch: epoch.number })));
    return received.epoch;
  };
  const current = tracker.current === null ? null : update(tracker.current);
  const previous = updatePrevious(tracker, arrival, placement.epoch, update);
  return { tracker: notInARow({ ...tracker, current, previous }, arrival), changes };
}

/** The earlier epochs after an arrival; the same array where nothing about them changed, which is nearly always. */
function updatePrevious(
  { current, previous }: Tracker,
  arrival: Arrival,
  number: number,
  update: (epoch: Epoch) => Epoch,
): readonly Epoch[] {
  if (number === current?.number) {
    const keeps =
      arrival.added === true || arrival.id <= current.highest || previous.every(epoch => epoch.grown === 0);
    return keeps ? previous : previous.map(epoch => ({ ...epoch, grown: 0 }));
  }
  // An event that is known to be older than the current numbering is a late retry, whatever it adds; one that was added
  // by hand says nothing about what the provider sends.
  const old = arrival.added === true || isBefore(arrival.eventTime, current?.startTime ?? null);
  return previous.map(epoch => {
    const updated = update(epoch);
    return updated.highest > epoch.highest && !old ? { ...updated, grown: epoch.grown + 1 } : updated;
  });
}

const notInARow = (tracker: Tracker, { added, now }: Arrival): Tracker =>
  added === true ? tracker : { ...tracker, inARow: 0, continuedAt: now };

/**
 * The new epoch receives its first event, what it adopts, and the ids that the one before it had taken for its own:
 * where event times say when the new numbering began, everything that happened later is of the new one.
 */
function restart(
  tracker: Tracker,
  arrival: Arrival,
  placement: Extract<Placement, { kind: 'restart' }>,
  settings: TrackerSettings,
): { tracker: Tracker; changes: TrackerChange[] } {
  const { current } = tracker;
  const { now } = arrival;
  const adopted = placement.adopted.map(conflict => ({ ...conflict, now }));
  const since = current === null ? null : beganAt(current, arrival, placement.adopted);
  const taken = current === null ? [] : overtakersIn(current, since, now - settings.graceMs);
  const [first = arrival, ...others] = [
    ...adopted,
    ...taken.map(id => ({ id, fingerprint: '', eventTime: since, now })),
    arrival,
  ].sort((a, b) => a.id - b.id);
  const changes: TrackerChange[] = [];
  let epoch = startEpoch(placement.epoch, first, current !== null && arrival.id !== 1);
  for (const other of others) {
    const received = receive(epoch, other, settings.graceMs);
    changes.push(...received.changes.map(change => ({ ...change, epoch: epoch.number })));
    epoch = received.epoch;
  }
  const previous = tracker.previous.map(other => ({ ...other, grown: 0 }));
  if (current !== null) {
    const { epoch: before, dropped } = withoutTop(current, taken);
    changes.push(...dropped.map(hole => ({ kind: 'dropped', hole, epoch: before.number }) as const));
    previous.unshift({ ...before, closesAt: now + settings.expiresMs, grown: 0 });
  }
  const lastEpoch = placement.epoch;
  const next = { current: epoch, previous, conflicts: [], inARow: 0, continuedAt: now, lastEpoch };
  return { tracker: next, changes };
}

/** The tracker after a conflict was put in quarantine. */
export function recordConflict(tracker: Tracker, conflict: Conflict): Tracker {
  const conflicts = [...tracker.conflicts, conflict].slice(-MAX_CONFLICTS);
  return { ...tracker, conflicts, inARow: Math.min(tracker.inARow + 1, MAX_CONFLICTS) };
}

/** What the passing of time did to one epoch's holes. */
export type Aged = { epoch: number; holes: Hole[] };

/**
 * The tracker after time has passed: holes open and expire, earlier epochs close with what they still miss expired.
 *
 * An earlier epoch that went on growing while the current one stood still is no earlier one: the restart was
 * recognised wrongly, or the numberings were mistaken for each other. Where it would close, the two change places,
 * so that its ids do not open a hole in the other.
 */
export function age(
  given: Tracker,
  now: number,
  settings: TrackerSettings,
): { tracker: Tracker; changes: TrackerChange[]; aged: Aged[]; closed: Epoch[] } {
  const { tracker, changes } = giveBack(given, now, settings);
  const aged: Aged[] = [];
  const grow = (epoch: Epoch): Epoch => {
    const { holes, changed } = ageHoles(epoch.holes, now, settings);
    if (changed.length === 0) return epoch;
    aged.push({ epoch: epoch.number, holes: changed });
    return { ...epoch, holes };
  };
  const open = tracker.previous.filter((epoch, index) => stays(epoch, index, now));
  const closing = tracker.previous.filter(epoch => !open.includes(epoch));
  const live = closing.find(isLive);
  const closed = closing.filter(epoch => epoch !== live);
  const previous = open.map(grow);
  let current = tracker.current === null ? null : grow(tracker.current);
  if (live !== undefined && current !== null) {
    previous.unshift({ ...current, closesAt: now + settings.expiresMs, grown: 0 });
    current = { ...grow(live), closesAt: null, grown: 0 };
  }
  const unchanged = aged.length === 0 && closing.length === 0;
  return { tracker: unchanged ? tracker : { ...tracker, current, previous }, changes, aged, closed };
}

/** When `age` has something to do next, ms since 1970, or null. O(holes). */
export function nextAging(tracker: Tracker, settings: TrackerSettings): number | null {
  const { current, previous } = tracker;
  let next = Number.POSITIVE_INFINITY;
  // More earlier epochs than are kept: the oldest close now.
  if (previous.length > MAX_PREVIOUS_EPOCHS) next = current?.startedAt ?? 0;
  for (const epoch of [...previous, ...(current === null ? [] : [current])]) {
    next = Math.min(next, epoch.closesAt ?? next);
    for (const hole of epoch.holes) next = Math.min(next, changesAt(hole, settings) ?? next);
  }
  return Number.isFinite(next) ? next : null;
}

/** The tracker after the provider sent, with these bytes, what had been added by hand: from now on they are the id's. */
export function confirmAdded(tracker: Tracker, number: number, id: number, fingerprint: string): Tracker {
  if (id !== 1) return tracker;
  const confirm = (epoch: Epoch): Epoch =>
    epoch.number === number ? { ...epoch, firstFingerprint: fingerprint } : epoch;
  const { current, previous } = tracker;
  return { ...tracker, current: current && confirm(current), previous: previous.map(confirm) };
}
