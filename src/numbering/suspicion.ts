/**
 * Suspicion: an epoch that only conflicts have shown may be none. Its events may be resent ids of the epoch before, with other
 * bytes. Pure.
 *
 * Until one of both goes on, the suspected epoch opens no hole. When it receives further ids it is confirmed, and judged as
 * if it had been known from its first event. When the epoch before goes on, it is refuted: the epoch before is the current
 * one again, has whatever the other received and it lacks, and nothing else has changed.
 */
import { closedWith } from './closed-epochs';
import { misses } from './early-ids';
import { type Arrival, type Epoch, receive } from './epoch';
import type { Tracked, Tracker, TrackerChange, TrackerSettings } from './types';

/** Ids that confirm a suspected epoch, and ids of the epoch before that refute it. */
const CONFIRMING = 3;
const REFUTING = 2;

export const isSuspected = ({ suspicion }: Epoch): boolean => suspicion !== undefined;

/** A new epoch that only conflicts have shown. `before` is the epoch that was current until now. */
export const suspected = (epoch: Epoch, before: Epoch): Epoch => ({
  ...epoch,
  suspicion: { received: 0, highestBefore: before.highest, receivedBefore: 0 },
});

export function withoutSuspicion({ suspicion: _, ...epoch }: Epoch): Epoch {
  return epoch;
}

/** The tracker after an arrival was received in the epoch `number`: confirmed, refuted, or as uncertain as before. */
export function weigh(
  tracker: Tracker,
  number: number,
  { id, now, eventTime }: Pick<Arrival, 'id' | 'now' | 'eventTime'>,
  settings: TrackerSettings,
): Tracked {
  const { current, earlierEpochs } = tracker;
  const [before] = earlierEpochs;
  const suspicion = current?.suspicion;
  if (current === null || suspicion === undefined || before === undefined) return { tracker, changes: [] };
  const weighed = (changed: Epoch): Tracked => ({ tracker: { ...tracker, current: changed }, changes: [] });
  if (number === current.number) {
    const received = suspicion.received + 1;
    return weighed(
      received < CONFIRMING
        ? { ...current, suspicion: { ...suspicion, received } }
        : withoutSuspicion(current),
    );
  }
  // Where events carry times, these say which epoch an id is of, and a nearer one may be the wrong one.
  const speaksAgainst = number === before.number && id > suspicion.highestBefore && eventTime === null;
  if (!speaksAgainst) return { tracker, changes: [] };
  const receivedBefore = suspicion.receivedBefore + 1;
  if (receivedBefore >= REFUTING) return refuted(tracker, current, before, now, settings);
  return weighed({ ...current, suspicion: { ...suspicion, receivedBefore } });
}

/** It was no numbering: the epoch before goes on, and has received what the other has and it lacks. */
function refuted(
  tracker: Tracker,
  current: Epoch,
  before: Epoch,
  now: number,
  { graceMs }: TrackerSettings,
): Tracked {
  const dropped = current.holes.map(hole => ({ kind: 'dropped', hole, epoch: current.number }) as const);
  const changes: TrackerChange[] = [...dropped];
  let epoch: Epoch = { ...before, closesAt: null, lateGrowth: 0 };
  for (const id of receivedIn(current)) {
    if (!misses(epoch, id)) continue;
    const received = receive(epoch, { id, fingerprint: '', eventTime: null, now }, graceMs);
    changes.push(...received.changes.map(change => ({ ...change, epoch: epoch.number })));
    epoch = received.epoch;
  }
  const [, ...earlierEpochs] = tracker.earlierEpochs;
  const closedEpochs = closedWith(tracker, [current], now);
  return { tracker: { ...tracker, current: epoch, earlierEpochs, closedEpochs }, changes };
}

/** The ids that an epoch received, ascending: as many as there were events, however far apart they are. */
function* receivedIn({ baseline, highest, holes }: Epoch): Generator<number> {
  let next = baseline;
  for (const { from, to } of [...holes, { from: highest + 1, to: highest }]) {
    for (; next < from; next++) yield next;
    next = to + 1;
  }
}
