/**
 * Recording an arrival: the tracker after an event was stored, and what that did to its holes. Pure. Whether and where
 * the event belongs was decided before (`place.ts`).
 */
import { beginEpoch } from './begin-epoch';
import { isTheirsBySecret } from './by-secret';
import { isReadLater } from './doubt';
import { earlyIdsIn, misses, timeOfEarly } from './early-ids';
import { type Arrival, type Epoch, highestGiven, lacks, receive, standingOf } from './epoch';
import { inEpoch } from './holes';
import { beganAt, happenedLater, isBefore } from './new-epoch';
import { cameAs, readInShadow, shadowed } from './shadow';
import { withStray } from './strays';
import { given, weigh } from './suspicion';
import type {
  Conflict,
  Placement,
  Receivable,
  Tracked,
  Tracker,
  TrackerChange,
  TrackerSettings,
} from './types';

const MAX_CONFLICTS = 100;

/**
 * The tracker before a batch of events that came together, at `now` (ms since 1970). Their order of sending is not
 * known. So when one of them continues the current epoch, it counts as the first, and the others start no new epoch.
 */
export function comingTogether(tracker: Tracker, ids: readonly number[], now: number): Tracker {
  const { current } = tracker;
  if (current === null) return tracker;
  const continues = ids.some(id => lacks(current, id));
  return continues ? { ...tracker, continuedAt: now } : tracker;
}

/** The tracker after an event with this placement was stored. For `conflict` and `too_old` see `recordConflict`. */
export function record(
  tracker: Tracker,
  arrival: Arrival,
  placement: Receivable,
  settings: TrackerSettings,
): Tracked {
  if (placement.kind === 'unaccepted')
    return { tracker: corrected(tracker, arrival, placement), changes: [] };
  if (placement.kind === 'restart') return restart(tracker, arrival, placement, settings);
  const changes: TrackerChange[] = [];
  const update = (epoch: Epoch): Epoch => {
    if (epoch.number !== placement.epoch) return epoch;
    // A later epoch has received this id too, perhaps as this one's. So the hole may be one still.
    if (fillsInDoubt(tracker, epoch, arrival)) return withStray(epoch, arrival, { fills: true });
    const received = receive(epoch, arrival, settings.graceMs);
    changes.push(...inEpoch(received.changes, epoch.number));
    return withSecret(given(received.epoch, arrival.id), arrival, settings);
  };
  const current = tracker.current === null ? null : update(tracker.current);
  const earlierEpochs = updateEarlier(tracker, arrival, placement.epoch, { update, settings });
  const updated = { ...tracker, current, earlierEpochs };
  if (tracker.closedEpochs.some(({ number }) => number === placement.epoch)) return { tracker, changes };
  // What fills a hole may be a late retry, and shows as little as one of an earlier epoch that the numbering goes on.
  // What happened before the first sign of a new numbering does not show that the old one goes on after it.
  const isEarlier = isBefore(arrival.eventTime, tracker.shadow?.startTime ?? null);
  const before = tracker.current === null ? 0 : highestGiven(tracker.current);
  const goesOn = current !== null && highestGiven(current) > before && !isEarlier;
  const recorded = goesOn ? afterNoConflict(updated, arrival) : updated;
  if (arrival.added === true || isTheirsBySecret(tracker, placement.epoch, arrival, settings)) {
    return { tracker: recorded, changes };
  }
  const weighed = weigh(recorded, placement.epoch, arrival, settings);
  const isLater = tracker.current !== null && happenedLater(tracker.current, arrival, settings.graceMs);
  const isTaken = tracker.current !== null && standingOf(tracker.current, arrival.id) === 'received';
  const told = { number: placement.epoch, isLater, isTaken };
  const read = inShadow(weighed.tracker, arrival, told, settings);
  const moved = weighed.moved ?? [];
  return { tracker: read.tracker, changes: [...changes, ...weighed.changes, ...read.changes], moved };
}

/**
 * The shadow after an event was recorded. One below the baseline may be the first sign of another epoch, and so may one that
 * only an earlier epoch misses.
 */
function inShadow(
  tracker: Tracker,
  arrival: Arrival,
  { number, isLater, isTaken }: { number: number; isLater: boolean; isTaken: boolean },
  settings: TrackerSettings,
): Tracked {
  const { current, shadow } = tracker;
  if (current === null) return { tracker, changes: [] };
  const isStray = current.number === number && (arrival.id < current.baseline || isLater);
  const isOfEarlier = current.number !== number && arrival.eventTime === null;
  if (isStray || (isOfEarlier && isTaken)) return shadowed(tracker, arrival, settings);
  const isRead = shadow !== undefined && (current.number === number || isOfEarlier);
  return isRead ? readInShadow(tracker, arrival, settings) : { tracker, changes: [] };
}

const fillsInDoubt = (tracker: Tracker, epoch: Epoch, { id, eventTime }: Arrival): boolean =>
  eventTime === null && epoch !== tracker.current && misses(epoch, id) && isReadLater(tracker, epoch, id);

/** The event of an id that only an event in quarantine or an ignored one had: it may also be of a numbering to come. */
function corrected(
  tracker: Tracker,
  arrival: Arrival,
  { epoch }: Extract<Placement, { kind: 'unaccepted' }>,
): Tracker {
  const { current } = tracker;
  const isOfCurrent = current?.number === epoch && arrival.added !== true;
  return afterNoConflict(
    isOfCurrent ? { ...tracker, current: withStray(current, arrival, { corrects: true }) } : tracker,
    arrival,
  );
}

/** The earlier epochs after an arrival; the same array where nothing changed, as nearly always. */
function updateEarlier(
  { current, earlierEpochs }: Tracker,
  arrival: Arrival,
  number: number,
  { update, settings }: { update: (epoch: Epoch) => Epoch; settings: TrackerSettings },
): readonly Epoch[] {
  if (number === current?.number) {
    const keeps =
      arrival.added === true ||
      arrival.id <= highestGiven(current) ||
      earlierEpochs.every(epoch => epoch.lateGrowth === 0);
    return keeps ? earlierEpochs : earlierEpochs.map(epoch => ({ ...epoch, lateGrowth: 0 }));
  }
  // Growth shows that the provider still sends an epoch. A late retry does not show that, and neither does an event
  // added by hand.
  const showsNoGrowth = arrival.added === true || isBefore(arrival.eventTime, current?.startTime ?? null);
  return earlierEpochs.map(epoch => {
    const updated = update(epoch);
    // Its secret says that it is another webhook at the provider, which may be sent for long beside the current one.
    if (updated !== epoch && isOfSecret(epoch, arrival)) {
      return { ...updated, closesAt: arrival.now + settings.expiresMs };
    }
    return updated.highest > epoch.highest && !showsNoGrowth
      ? { ...updated, lateGrowth: epoch.lateGrowth + 1 }
      : updated;
  });
}

const isOfSecret = ({ secretId }: Epoch, arrival: Arrival): boolean =>
  secretId !== undefined && secretId === arrival.secretId;

/** An epoch of an earlier release has no secret: it gets that of what continues it, where only one is in use. */
function withSecret(epoch: Epoch, { id, secretId, added }: Arrival, { secretIds }: TrackerSettings): Epoch {
  const isSure = secretIds?.length === 1 && secretIds[0] === secretId && added !== true;
  if (epoch.secretId !== undefined || secretId === undefined || !isSure || id !== epoch.highest) return epoch;
  return { ...epoch, secretId };
}

const afterNoConflict = (tracker: Tracker, { added, now }: Arrival): Tracker =>
  added === true ? tracker : { ...tracker, conflictStreak: 0, continuedAt: now };

/**
 * Begins a new epoch. It receives the arrival, the conflicts that it adopts, and the early ids that the epoch before
 * had taken (`early-ids.ts`), in the order of their ids.
 */
function restart(
  tracker: Tracker,
  arrival: Arrival,
  { adopted, bySecret }: Extract<Placement, { kind: 'restart' }>,
  settings: TrackerSettings,
): Tracked {
  const { current } = tracker;
  const { now } = arrival;
  const since = current === null ? null : beganAt(current, arrival, adopted, settings);
  // A secret leaves nothing to take back: what the old one verified is the old numbering's.
  const taken = current === null || bySecret === true ? [] : earlyIdsIn(current, since, now, settings);
  const [first = arrival, ...rest] = [
    ...adopted.map(conflict => ({ ...conflict, now })),
    ...taken.map(id => ({ id, fingerprint: '', eventTime: timeOfEarly(current, id) ?? since, now })),
    arrival,
  ].sort((a, b) => a.id - b.id);
  // Conflicts keep no secret: the event that showed the numbering has that of all of them.
  const verifiedBy = arrival.secretId === undefined ? {} : { secretId: arrival.secretId };
  const foundByConflicts = current !== null && arrival.id !== 1;
  // A secret proves it, and so does the time of its id 1.
  const isProven = bySecret === true || (arrival.id === 1 && since !== null);
  const returned = conflictsOver(tracker, taken, since);
  const beginning = { first: { ...first, ...verifiedBy }, rest, taken, returned, foundByConflicts, isProven };
  return beginEpoch(tracker, beginning, now, settings);
}

/**
 * The conflicts over ids that the epoch before gives back, which happened before the new one began: they are its own events,
 * for which it had the new one's. One per id, the latest.
 */
function conflictsOver({ conflicts }: Tracker, taken: readonly number[], since: number | null): Conflict[] {
  const own = conflicts.filter(({ id, eventTime }) => taken.includes(id) && isBefore(eventTime, since));
  return [...new Map(own.map(conflict => [conflict.id, conflict])).values()];
}

/** The tracker after a conflict was put in quarantine. `now` in ms since 1970; `secretId`: what verified it, where known. */
export function recordConflict(
  tracker: Tracker,
  conflict: Conflict,
  { now, secretId }: Pick<Arrival, 'now' | 'secretId'>,
  settings: TrackerSettings,
): Tracked {
  const conflicts = [...tracker.conflicts, conflict].slice(-MAX_CONFLICTS);
  const conflictStreak = Math.min(tracker.conflictStreak + 1, MAX_CONFLICTS);
  const noted = { ...tracker, conflicts, conflictStreak };
  if (conflict.proofless === true) return { tracker: noted, changes: [] };
  // A secret that only the current epoch has says that no other has sent it.
  const isTold =
    secretId !== undefined && settings.secretIds !== undefined && secretId === tracker.current?.secretId;
  return isTold ? { tracker: noted, changes: [] } : shadowed(noted, cameAs(conflict, now), settings);
}

/** The tracker after the provider itself sent, with these bytes, an event that had been added by hand. */
export function confirmAdded(tracker: Tracker, number: number, id: number, fingerprint: string): Tracker {
  if (id !== 1) return tracker;
  const confirm = (epoch: Epoch): Epoch =>
    epoch.number === number ? { ...epoch, firstFingerprint: fingerprint } : epoch;
  const { current, earlierEpochs } = tracker;
  return { ...tracker, current: current && confirm(current), earlierEpochs: earlierEpochs.map(confirm) };
}
