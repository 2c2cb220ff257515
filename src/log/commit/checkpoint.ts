/**
 * The checkpoint: a log's state as text. The stored format has names of its own, because it only ever grows. What an
 * earlier release did not write gets its default here.
 */
import type { Epoch } from '../../numbering/epoch';
import type { Hole, HoleStatus } from '../../numbering/holes';
import { EMPTY_TRACKER, type Tracker } from '../../numbering/types';
import { EMPTY_STATE, type LogState } from './log-state';

export type Checkpoint = {
  state: LogState;
  /** Per epoch, the highest id whose record was dropped by age. */
  forgotten: [number, number][];
};

/** Holes as arrays: ten thousand of them must stay well under a row's 2 MB. */
type PackedHole = [from: number, to: number, missing: number, detectedAt: number, status: HoleStatus];

type StoredEpoch = Omit<Epoch, 'holes' | 'lateGrowth'> & { holes: PackedHole[]; grown: number };

type StoredTracker = Omit<Tracker, 'current' | 'earlierEpochs' | 'conflictStreak'> & {
  current: StoredEpoch | null;
  previous: StoredEpoch[];
  inARow: number;
};

type StoredCheckpoint = Omit<LogState, 'tracker' | 'pendingNotices'> & {
  tracker: StoredTracker;
  reports: LogState['pendingNotices'];
  forgotten: [number, number][];
};

const packEpoch = ({ lateGrowth, ...epoch }: Epoch): StoredEpoch => ({
  ...epoch,
  grown: lateGrowth,
  holes: epoch.holes.map(hole => [hole.from, hole.to, hole.missing, hole.detectedAt, hole.status]),
});

const unpackEpoch = ({ grown, ...epoch }: StoredEpoch): Epoch => ({
  ...epoch,
  lateGrowth: grown,
  holes: epoch.holes.map(
    ([from, to, missing, detectedAt, status]): Hole => ({ from, to, missing, detectedAt, status }),
  ),
});

/** The text to store. */
export function encodeCheckpoint({ state, forgotten }: Checkpoint): string {
  const { tracker, pendingNotices, ...rest } = state;
  const { current, earlierEpochs, conflictStreak, ...others } = tracker;
  const stored: StoredCheckpoint = {
    ...rest,
    tracker: {
      ...others,
      current: current === null ? null : packEpoch(current),
      previous: earlierEpochs.map(packEpoch),
      inARow: conflictStreak,
    },
    reports: pendingNotices,
    forgotten,
  };
  return JSON.stringify(stored);
}

/** Reads a checkpoint of this release or of an earlier one. @param text null for a log that has none yet */
export function readCheckpoint(text: string | null): Checkpoint {
  if (text === null) return { state: EMPTY_STATE, forgotten: [] };
  // An earlier release may have written less.
  const stored = JSON.parse(text) as Partial<Omit<StoredCheckpoint, 'tracker'>> & {
    tracker?: Partial<StoredTracker>;
  };
  const { tracker = {}, reports, forgotten = [], ...rest } = stored;
  const { current = null, previous = [], inARow = 0, ...others } = tracker;
  return {
    state: {
      ...EMPTY_STATE,
      ...rest,
      tracker: {
        ...EMPTY_TRACKER,
        ...others,
        current: current === null ? null : unpackEpoch(current),
        earlierEpochs: previous.map(unpackEpoch),
        conflictStreak: inARow,
      },
      pendingNotices: reports ?? {},
    },
    forgotten,
  };
}
