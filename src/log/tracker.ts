/**
 * The sequence tracker: what an arriving increment id means, across the epochs of a webhook.
 *
 * Pure functions over plain data. `place` judges and changes nothing; `record` gives the tracker after the event was
 * stored. What was received is known from intervals; with which bytes, from the record of known ids, passed in as
 * `lookup`. Guarantee: a hole is reported only between ids that one numbering really sent, so late retries of an
 * earlier numbering neither open nor fill holes of the current one.
 */
import { type Arrival, type Epoch, gapBefore, receive, standingOf, startEpoch } from './epoch';
import { ageHoles, changesAt, type Hole, type HoleChange, type HolePatience, holeIndexOf } from './holes';

/** What is on record for an increment id. */
export type KnownId = {
  kind: 'accepted' | 'ignored' | 'quarantined';
  /** 0 for ignored ones, which have none. */
  sequence: number;
  /** Hex. */
  fingerprint: string;
};

/** The record of an id in an epoch; `forgotten` where records of such ids have passed the deduplication window. */
export type Lookup = (epoch: number, id: number) => KnownId | 'forgotten' | null;

/** An event quarantined because its id was taken by other bytes. */
export type Conflict = { id: number; sequence: number; fingerprint: string; eventTime: number | null };

export type Tracker = {
  readonly current: Epoch | null;
  /** Earlier epochs whose late retries are still taken, newest first. */
  readonly previous: readonly Epoch[];
  /** Conflicts since the last event that was none, oldest first. */
  readonly conflicts: readonly Conflict[];
};

export const EMPTY_TRACKER: Tracker = { current: null, previous: [], conflicts: [] };

/** Conflicts with distinct ids that together show a restarted numbering. */
const CONFLICTS_FOR_RESTART = 3;
const MAX_CONFLICTS = 100;
const MAX_PREVIOUS_EPOCHS = 3;

export type TrackerSettings = HolePatience;

export type Placement =
  /** Seen for the first time; `late` when a higher id of its epoch came before it. */
  | { kind: 'unseen'; epoch: number; late: boolean; gap: [number, number] | null }
  /** Its id is on record, but no event with it was accepted: ignored, or quarantined with other bytes. */
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
  if (current === null) return { kind: 'restart', epoch: 1, adopted: [] };
  const open = tracker.previous.filter(epoch => epoch.closesAt !== null && arrival.now < epoch.closesAt);
  const known = lookup(current.number, arrival.id);
  const received = isReceived(current, arrival.id, known);

  // Equal bytes are a retry, in whichever numbering they were sent.
  for (const epoch of [current, ...open]) {
    const entry = epoch === current ? known : lookup(epoch.number, arrival.id);
    if (entry === null || entry === 'forgotten' || entry.fingerprint !== arrival.fingerprint) continue;
    if (entry.kind !== 'ignored') return { kind: 'duplicate', epoch: epoch.number, known: entry };
    return { kind: 'unaccepted', epoch: epoch.number, known: entry, late: false };
  }
  if (restartsAtOne(current, arrival, received, settings)) {
    return { kind: 'restart', epoch: current.number + 1, adopted: adoptable(tracker, arrival) };
  }
  const owner = open.find(epoch => belongsTo(epoch, current, arrival, received, lookup));
  if (owner !== undefined) return unseenIn(owner, arrival);
  if (!received) return unseenIn(current, arrival);
  if (known === null || known === 'forgotten') return restartOr(tracker, arrival, 'too_old', null);
  if (known.kind === 'accepted') return restartOr(tracker, arrival, 'conflict', known);
  return { kind: 'unaccepted', epoch: current.number, known, late: arrival.id < current.highest };
}

function unseenIn(epoch: Epoch, arrival: Arrival): Placement {
  return {
    kind: 'unseen',
    epoch: epoch.number,
    late: arrival.id < epoch.highest,
    gap: gapBefore(epoch, arrival.id),
  };
}

function isReceived(epoch: Epoch, id: number, known: KnownId | 'forgotten' | null): boolean {
  switch (standingOf(epoch, id)) {
    case 'above':
    case 'missing':
      return false;
    case 'received':
      return true;
    case 'maybe_missing':
      return known !== null;
    case 'below':
      return known !== null && known !== 'forgotten';
  }
}

/** Rule (a): id 1 with a new body, although 1 was received or lies before the baseline. */
function restartsAtOne(
  current: Epoch,
  arrival: Arrival,
  received: boolean,
  settings: TrackerSettings,
): boolean {
  if (arrival.id !== 1) return false;
  if (received && current.firstFingerprint === arrival.fingerprint) return false;
  if (!received && current.baseline <= 1) return false;
  const { eventTime } = arrival;
  if (eventTime !== null && current.startTime !== null && eventTime < current.startTime) return false;
  // A numbering found by conflicts began lately without its id 1: that one is still on its way.
  const patienceMs = !received && current.foundByConflicts ? settings.expiresMs : settings.graceMs;
  return arrival.now - current.startedAt > patienceMs;
}

/**
 * Whether an id belongs to an earlier epoch that has not seen it. The event's own time decides where both are known
 * and differ; otherwise the nearer highest id does, and a tie goes to the current epoch.
 */
function belongsTo(
  epoch: Epoch,
  current: Epoch,
  arrival: Arrival,
  received: boolean,
  lookup: Lookup,
): boolean {
  const { id, eventTime } = arrival;
  const entry = lookup(epoch.number, id);
  if (isReceived(epoch, id, entry)) return false;
  // Taken by other bytes in the current numbering, and exactly what the earlier one lacks.
  if (received && holeIndexOf(epoch.holes, id) >= 0) return true;
  if (eventTime !== null && current.startTime !== null && eventTime !== current.startTime) {
    return eventTime < current.startTime;
  }
  return Math.abs(id - epoch.highest) < Math.abs(id - current.highest);
}

/** Rule (b): the third conflict with a distinct id in a row is the restarted numbering. */
function restartOr(
  tracker: Tracker,
  arrival: Arrival,
  kind: 'conflict' | 'too_old',
  known: KnownId | null,
): Placement {
  const epoch = tracker.current?.number ?? 1;
  const ids = new Set(tracker.conflicts.map(conflict => conflict.id)).add(arrival.id);
  if (ids.size >= CONFLICTS_FOR_RESTART) {
    return { kind: 'restart', epoch: epoch + 1, adopted: adoptable(tracker, arrival) };
  }
  return kind === 'conflict' && known !== null
    ? { kind: 'conflict', epoch, known }
    : { kind: 'too_old', epoch };
}

/** One conflict per id, the latest; without those of the arriving id and those that happened before a known restart. */
function adoptable(tracker: Tracker, arrival: Arrival): Conflict[] {
  const { eventTime } = arrival;
  const byId = new Map<number, Conflict>();
  for (const conflict of tracker.conflicts) {
    const older = arrival.id === 1 && isBefore(conflict.eventTime, eventTime);
    if (conflict.id !== arrival.id && !older) byId.set(conflict.id, conflict);
  }
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

const isBefore = (a: number | null, b: number | null): boolean => a !== null && b !== null && a < b;

/** A change of a hole, and the epoch it lies in. */
export type TrackerChange = HoleChange & { epoch: number };

/** The tracker after an event placed so was stored. `conflict` and `too_old` are recorded by `recordConflict`. */
export function record(
  tracker: Tracker,
  arrival: Arrival,
  placement: Extract<Placement, { kind: 'unseen' | 'unaccepted' | 'restart' }>,
  settings: TrackerSettings,
): { tracker: Tracker; changes: TrackerChange[] } {
  if (placement.kind === 'unaccepted') return { tracker: withoutConflicts(tracker), changes: [] };
  if (placement.kind === 'restart') return restart(tracker, arrival, placement, settings);
  const changes: TrackerChange[] = [];
  const update = (epoch: Epoch): Epoch => {
    if (epoch.number !== placement.epoch) return epoch;
    const received = receive(epoch, arrival, settings.graceMs);
    changes.push(...received.changes.map(change => ({ ...change, epoch: epoch.number })));
    return received.epoch;
  };
  const current = tracker.current === null ? null : update(tracker.current);
  const inPrevious = tracker.previous.some(epoch => epoch.number === placement.epoch);
  const previous = inPrevious ? tracker.previous.map(update) : tracker.previous;
  return { tracker: withoutConflicts({ ...tracker, current, previous }), changes };
}

function withoutConflicts(tracker: Tracker): Tracker {
  return tracker.conflicts.length === 0 ? tracker : { ...tracker, conflicts: [] };
}

function restart(
  tracker: Tracker,
  arrival: Arrival,
  placement: Extract<Placement, { kind: 'restart' }>,
  settings: TrackerSettings,
): { tracker: Tracker; changes: TrackerChange[] } {
  const arrivals: Arrival[] = [
    ...placement.adopted.map(conflict => ({
      id: conflict.id,
      fingerprint: conflict.fingerprint,
      eventTime: conflict.eventTime,
      now: arrival.now,
    })),
    arrival,
  ].sort((a, b) => a.id - b.id);
  const [first = arrival, ...others] = arrivals;
  let epoch = startEpoch(placement.epoch, first, tracker.current !== null && arrival.id !== 1);
  const changes: TrackerChange[] = [];
  for (const other of others) {
    const received = receive(epoch, other, settings.graceMs);
    changes.push(...received.changes.map(change => ({ ...change, epoch: placement.epoch })));
    epoch = received.epoch;
  }
  const closing =
    tracker.current === null ? [] : [{ ...tracker.current, closesAt: arrival.now + settings.expiresMs }];
  return {
    tracker: { current: epoch, previous: [...closing, ...tracker.previous], conflicts: [] },
    changes,
  };
}

/** The tracker after a conflict was put in quarantine. */
export function recordConflict(tracker: Tracker, conflict: Conflict): Tracker {
  return { ...tracker, conflicts: [...tracker.conflicts, conflict].slice(-MAX_CONFLICTS) };
}

/** What the passing of time did to one epoch's holes. */
export type Aged = { epoch: number; holes: Hole[] };

/** The tracker after time has passed: holes open and expire, earlier epochs close with what they still miss expired. */
export function age(
  tracker: Tracker,
  now: number,
  settings: TrackerSettings,
): { tracker: Tracker; aged: Aged[]; closed: Epoch[] } {
  const aged: Aged[] = [];
  const grow = (epoch: Epoch): Epoch => {
    const { holes, changed } = ageHoles(epoch.holes, now, settings);
    if (changed.length === 0) return epoch;
    aged.push({ epoch: epoch.number, holes: changed });
    return { ...epoch, holes };
  };
  const stays = (epoch: Epoch, index: number): boolean =>
    index < MAX_PREVIOUS_EPOCHS && epoch.closesAt !== null && now < epoch.closesAt;
  const closed = tracker.previous.filter((epoch, index) => !stays(epoch, index));
  const previous = tracker.previous.filter(stays).map(grow);
  const current = tracker.current === null ? null : grow(tracker.current);
  const unchanged = aged.length === 0 && closed.length === 0;
  return { tracker: unchanged ? tracker : { ...tracker, current, previous }, aged, closed };
}

/** When `age` has something to do next, ms since 1970, or null. O(holes). */
export function nextAging(tracker: Tracker, settings: TrackerSettings): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (const epoch of [...tracker.previous, ...(tracker.current === null ? [] : [tracker.current])]) {
    next = Math.min(next, epoch.closesAt ?? next);
    for (const hole of epoch.holes) next = Math.min(next, changesAt(hole, settings) ?? next);
  }
  return Number.isFinite(next) ? next : null;
}
