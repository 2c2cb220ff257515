/**
 * Suspicion: an epoch that only ids have shown may be none. Its events may be resent ids of the epoch before, with other
 * bytes. Pure.
 *
 * Its ids are read in both ways until one is refuted or proven, and its holes are named as missing only where both readings
 * miss them (`doubt.ts`). Times prove it, when it goes on with events later than its first. Without times nothing that it
 * receives does: an operator may settle it (`settle.ts`). It is refuted when the epoch before goes on, to ids that the
 * suspected one could have reached only by losing nearly all before them. Then the epoch before is the current one again,
 * has whatever the other received and it lacks, and nothing else has changed.
 */
import { closedWith } from './closed-epochs';
import { type Arrival, type Epoch, highestGiven, lacks, missingIn, receivedIn, receiveId } from './epoch';
import { allDropped, type HoleChange, inEpoch } from './holes';
import type { MovedId, Tracked, Tracker, TrackerChange, TrackerSettings } from './types';

/** Ids that confirm a suspected epoch, and ids that refute it. */
const CONFIRMING = 3;
const REFUTING = 2;
/** An epoch that misses at least so many ids, and four times as many as it has received, is not likely to be one. */
const MANY = 20;
const TIMES_AS_MANY = 4;

export const isSuspected = ({ suspicion }: Epoch): boolean => suspicion !== undefined;

/** An epoch that may be none. `before` is the epoch that was current until now. */
export const suspected = (epoch: Epoch, before: Epoch): Epoch => ({
  ...epoch,
  suspicion: { received: 0, highestBefore: before.highest, receivedBefore: 0, given: epoch.highest },
});

/** A suspected epoch after an id was given to it; any other as it is. */
export const given = (epoch: Epoch, id: number): Epoch =>
  epoch.suspicion === undefined
    ? epoch
    : { ...epoch, suspicion: { ...epoch.suspicion, given: Math.max(highestGiven(epoch), id) } };

/** Whether its holes may be none: times that are later than all before speak for it, unless it would have lost nearly all. */
export const isDoubtful = (epoch: Epoch): boolean =>
  isSuspected(epoch) && (epoch.startTime === null || losesNearlyAll(epoch));

/** An epoch that is one. What it was only read to have sent, above all that was given to it, was the one's before. */
export function withoutSuspicion(epoch: Epoch): { epoch: Epoch; changes: HoleChange[] } {
  const { suspicion: _, ...own } = epoch;
  const highest = Math.min(epoch.highest, highestGiven(epoch));
  // With times it was read to have sent nothing: what it has besides came back from the one before.
  if (highest === epoch.highest || epoch.startTime !== null) return { epoch: own, changes: [] };
  const dropped = own.holes.filter(({ from }) => from > highest);
  return {
    epoch: { ...own, highest, holes: own.holes.filter(({ to }) => to < highest) },
    changes: dropped.map(hole => ({ kind: 'dropped', hole })),
  };
}

/** Whether an epoch would have lost nearly all its ids, if it had also sent `id`. */
export function losesNearlyAll(epoch: Epoch, id: number = epoch.highest): boolean {
  const inside = missingIn(epoch);
  const received = epoch.highest - epoch.baseline + 1 - inside + (id > epoch.highest ? 1 : 0);
  const missing = inside + Math.max(0, id - epoch.highest - 1);
  return missing >= MANY && missing > TIMES_AS_MANY * received;
}

/** A suspected epoch after an id came that it would have lost nearly all ids to reach. Null: it was no epoch. */
export function lessLikely(epoch: Epoch): Epoch | null {
  const { suspicion } = epoch;
  if (suspicion === undefined) return epoch;
  const receivedBefore = suspicion.receivedBefore + 1;
  return receivedBefore >= REFUTING ? null : { ...epoch, suspicion: { ...suspicion, receivedBefore } };
}

/** The tracker after an arrival was received in the epoch `number`: confirmed, refuted, or as uncertain as before. */
export function weigh(
  tracker: Tracker,
  number: number,
  arrival: Pick<Arrival, 'id' | 'now' | 'eventTime'>,
  settings: TrackerSettings,
): Tracked {
  const { current, earlierEpochs } = tracker;
  const [before] = earlierEpochs;
  const suspicion = current?.suspicion;
  if (current === null || suspicion === undefined || before === undefined) return { tracker, changes: [] };
  const { id, eventTime } = arrival;
  const isOfCurrent = number === current.number;
  // What an earlier epoch has by its time is its own in every reading.
  if (!isOfCurrent && eventTime !== null) return { tracker, changes: [] };
  const isUnlikely = losesNearlyAll(current, id);
  if (id > suspicion.highestBefore && isUnlikely) {
    const less = lessLikely(current);
    if (less === null) return refuted(tracker, arrival.now, settings);
    return { tracker: { ...tracker, current: less }, changes: [] };
  }
  if (!isOfCurrent) {
    return isUnlikely ? { tracker, changes: [] } : readAsBoth(tracker, current, arrival, settings);
  }
  const isItsOwn = before.recent.every(known => eventTime !== null && known.eventTime < eventTime);
  const received = suspicion.received + (eventTime !== null && isItsOwn ? 1 : 0);
  if (received < CONFIRMING) {
    const weighed = { ...current, suspicion: { ...suspicion, received } };
    return { tracker: { ...tracker, current: weighed }, changes: [] };
  }
  const proven = withoutSuspicion(current);
  return { tracker: { ...tracker, current: proven.epoch }, changes: inEpoch(proven.changes, number) };
}

/** What the epoch before took may as well be the suspected one's. The record of the id stays with the one before. */
function readAsBoth(
  tracker: Tracker,
  current: Epoch,
  arrival: Pick<Arrival, 'id' | 'now' | 'eventTime'>,
  { graceMs }: TrackerSettings,
): Tracked {
  const { epoch, changes } = receiveId(current, arrival, graceMs);
  return { tracker: { ...tracker, current: epoch }, changes: inEpoch(changes, epoch.number) };
}

/** It was no numbering: the epoch before goes on, and has received what the other has and it lacks. `now`: ms since 1970 */
export function refuted(tracker: Tracker, now: number, { graceMs }: TrackerSettings): Tracked {
  const { current } = tracker;
  const [before, ...earlierEpochs] = tracker.earlierEpochs;
  if (current === null || before === undefined) return { tracker, changes: [] };
  const changes: TrackerChange[] = inEpoch(allDropped(current), current.number);
  const moved: MovedId[] = [];
  let epoch: Epoch = { ...before, closesAt: null, lateGrowth: 0 };
  for (const id of receivedIn(current)) {
    if (!lacks(epoch, id)) continue;
    const received = receiveId(epoch, { id, eventTime: null, now }, graceMs);
    changes.push(...inEpoch(received.changes, epoch.number));
    epoch = received.epoch;
    moved.push({ id, from: current.number, to: epoch.number });
  }
  const { shared: _, ...folded } = current;
  const closedEpochs = closedWith(tracker, [folded], now);
  return { tracker: { ...tracker, current: epoch, earlierEpochs, closedEpochs }, changes, moved };
}
