/** The beginning of an epoch, whatever showed it: it becomes the current one, and the one before is given up what it took. Pure. */
import { type Arrival, type Epoch, missingIn, receive, standingOf, startEpoch } from './epoch';
import { allDropped, inEpoch } from './holes';
import { withoutShadow } from './shadow';
import { suspected } from './suspicion';
import type { Conflict, Tracked, Tracker, TrackerChange, TrackerSettings } from './types';
import { withShadow } from './with-shadow';
import { without } from './without';

export type Beginning = {
  /** The event with its lowest id, and those with the others, ascending. */
  first: Arrival;
  rest: readonly Arrival[];
  /** The ids of these that the epoch before had taken for its own. */
  taken: readonly number[];
  /** What came under these ids besides, and is the epoch before's own. */
  returned?: readonly Conflict[];
  /** Something else than its id 1 showed it. */
  foundByConflicts: boolean;
  /** A secret, times or an operator say that it is one. */
  isProven: boolean;
};

/** The tracker in which this epoch is the current one. `now` in ms since 1970. */
export function beginEpoch(
  tracker: Tracker,
  { first, rest, taken, returned = [], foundByConflicts, isProven }: Beginning,
  now: number,
  { graceMs, expiresMs }: TrackerSettings,
): Tracked {
  const { current, lastEpoch } = tracker;
  const alone = withoutShadow(tracker);
  const number = lastEpoch + 1;
  const changes: TrackerChange[] = [...alone.changes];
  let epoch = startEpoch(number, first, foundByConflicts);
  for (const arrival of rest) {
    const received = receive(epoch, arrival, graceMs);
    changes.push(...inEpoch(received.changes, number));
    epoch = received.epoch;
  }
  const earlierEpochs = tracker.earlierEpochs.map(earlier => ({ ...earlier, lateGrowth: 0 }));
  const kept = new Set(returned.map(({ id }) => id));
  const lost = taken.filter(id => !kept.has(id));
  if (current !== null && isEmptied(current, lost)) {
    // All that it had is the new one's: it was none, and takes nothing any more.
    changes.push(...inEpoch(allDropped(current), current.number));
  } else if (current !== null) {
    const before = without(current, lost, now);
    changes.push(...inEpoch(before.changes, current.number));
    // Under a returned id it remembers the new one's event.
    const recent = before.epoch.recent.filter(({ id }) => !kept.has(id));
    earlierEpochs.unshift({ ...before.epoch, recent, closesAt: now + expiresMs, lateGrowth: 0 });
    if (!isProven) epoch = withShadow(suspected(epoch, before.epoch), tracker.shadow);
  }
  const begun: Tracker = {
    ...{ ...alone.tracker, current: epoch, earlierEpochs, lastEpoch: number },
    ...{ conflicts: [], conflictStreak: 0, continuedAt: now },
  };
  return {
    tracker: begun,
    changes,
    moved: taken.map(id => ({ id, from: current?.number ?? 0, to: number })),
    ...(returned.length === 0 || current === null
      ? {}
      : { returned: { to: current.number, conflicts: returned } }),
  };
}

/** Whether an epoch has received nothing but these ids, and another event for none of them. */
function isEmptied(epoch: Epoch, ids: readonly number[]): boolean {
  const received = epoch.highest - epoch.baseline + 1 - missingIn(epoch);
  const isOther = (id: number) => epoch.strays?.some(stray => stray.id === id && stray.corrects === true);
  return ids.filter(id => standingOf(epoch, id) === 'received' && isOther(id) !== true).length >= received;
}
