/**
 * The checkpoint: a log's state as text. The stored format has names of its own, because it only ever grows. What an
 * earlier release did not write gets its default here.
 *
 * One that is too large for a row, of several epochs with thousands of holes each, is split: the holes of each epoch and the
 * events that wait have a page each. So a page is written only when its epoch changed, and none comes near the limit.
 */
import { NOTHING_COUNTED, unknownUpTo } from '../../hour-counts';
import { NO_MINUTES, uncountedUpTo } from '../../minute-counts';
import type { Epoch } from '../../numbering/epoch';
import type { Hole, HoleStatus } from '../../numbering/holes';
import type { Hold } from '../../numbering/predecessor-wait';
import { EMPTY_TRACKER, type Tracker } from '../../numbering/types';
import { EMPTY_STATE, type LogState } from './log-state';

export type Checkpoint = {
  state: LogState;
  /** Per epoch, the highest id whose record was dropped by age. */
  forgotten: [number, number][];
};

/** Holes as arrays: ten thousand of them must stay well under a row's 2 MB. */
type PackedHole = [from: number, to: number, missing: number, detectedAt: number, status: HoleStatus];

/** Without `holes`, they are in the page of the epoch: an earlier release cannot read it, rather than read no holes. */
type StoredEpoch = Omit<Epoch, 'holes' | 'lateGrowth'> & { holes?: PackedHole[]; grown: number };

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

/** Reads a page by its name; null where it has none. */
export type ReadPage = (name: string) => string | null;

const holesPage = (epoch: number): string => `holes/${epoch}`;
const HELD_PAGE = 'held';

function unpackEpoch({ grown, holes, ...epoch }: StoredEpoch, page: ReadPage): Epoch {
  const packed = holes ?? pageOf<PackedHole[]>(holesPage(epoch.number), page);
  return {
    ...epoch,
    lateGrowth: grown,
    holes: packed.map(
      ([from, to, missing, detectedAt, status]): Hole => ({ from, to, missing, detectedAt, status }),
    ),
  };
}

/** @throws Error where the page is missing: the log must not go on as if it had no holes */
function pageOf<T>(name: string, page: ReadPage): T {
  const text = page(name);
  if (text === null) throw new Error(`The page ${name} of the checkpoint is missing.`);
  return JSON.parse(text) as T;
}

/** The text to store, in one piece. */
export const encodeCheckpoint = (checkpoint: Checkpoint): string => JSON.stringify(storedForm(checkpoint));

/** The same with all that may be large in pages of their own. */
export function encodeInPages(checkpoint: Checkpoint): { head: string; pages: Map<string, string> } {
  const pages = new Map<string, string>();
  const stored = storedForm(checkpoint);
  const withoutHoles = ({ holes, ...epoch }: StoredEpoch): StoredEpoch => {
    pages.set(holesPage(epoch.number), JSON.stringify(holes));
    return epoch;
  };
  const { tracker, hold } = stored;
  if (hold !== null) pages.set(HELD_PAGE, JSON.stringify(hold.held));
  const head = {
    ...stored,
    hold: hold === null ? null : { ...hold, held: undefined },
    tracker: {
      ...tracker,
      current: tracker.current === null ? null : withoutHoles(tracker.current),
      previous: tracker.previous.map(withoutHoles),
    },
  };
  return { head: JSON.stringify(head), pages };
}

function storedForm({ state, forgotten }: Checkpoint): StoredCheckpoint {
  const { tracker, pendingNotices, ...rest } = state;
  const { current, earlierEpochs, conflictStreak, ...others } = tracker;
  return {
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
}

/**
 * Reads a checkpoint of this release or of an earlier one.
 * @param text null for a log that has none yet
 * @throws Error where it, or a page of it, is damaged
 */
export function readCheckpoint(text: string | null, page: ReadPage = () => null): Checkpoint {
  if (text === null) return { state: EMPTY_STATE, forgotten: [] };
  // An earlier release may have written less.
  const stored = JSON.parse(text) as Partial<Omit<StoredCheckpoint, 'tracker'>> & {
    tracker?: Partial<StoredTracker>;
  };
  const { tracker = {}, reports, hold = null, forgotten = [], ...rest } = stored;
  const { lastEventAt = null } = rest;
  const { current = null, previous = [], inARow = 0, ...others } = tracker;
  return {
    state: {
      ...EMPTY_STATE,
      ...rest,
      perHour: rest.perHour ?? (lastEventAt === null ? NOTHING_COUNTED : unknownUpTo(lastEventAt)),
      perMinute: rest.perMinute ?? (lastEventAt === null ? NO_MINUTES : uncountedUpTo(lastEventAt)),
      hold: hold === null ? null : { ...hold, held: hold.held ?? pageOf<Hold['held']>(HELD_PAGE, page) },
      tracker: {
        ...EMPTY_TRACKER,
        ...others,
        current: current === null ? null : unpackEpoch(current, page),
        earlierEpochs: previous.map(epoch => unpackEpoch(epoch, page)),
        conflictStreak: inARow,
      },
      pendingNotices: reports ?? {},
    },
    forgotten,
  };
}
