/** What the tracker of a webhook's increment ids is made of, and the answers it gives. */
import type { Epoch } from './epoch';
import type { Hole, HoleChange, HolePatience } from './holes';

/** What is on record for an increment id. */
export type KnownId = {
  kind: 'accepted' | 'ignored' | 'quarantined';
  /** 0 for ignored ones, which have none. */
  sequence: number;
  /** Hex. */
  fingerprint: string;
  /** By hand, so that it proves nothing about the provider (`added-by-hand.ts`). */
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
  /** What had taken its id was added by hand, so it is no sign of a new numbering. */
  proofless?: true;
};

export type Tracker = {
  readonly current: Epoch | null;
  /** Earlier epochs whose late retries are still taken, newest first. */
  readonly earlierEpochs: readonly Epoch[];
  /** The last conflicts, oldest first. */
  readonly conflicts: readonly Conflict[];
  /** How many of them came since the last event that was none. */
  readonly conflictStreak: number;
  /** When that event came, ms since 1970; null before the first. */
  readonly continuedAt: number | null;
  /** The highest number of an epoch so far: none is given twice. */
  readonly lastEpoch: number;
};

export const EMPTY_TRACKER: Tracker = {
  current: null,
  earlierEpochs: [],
  conflicts: [],
  conflictStreak: 0,
  continuedAt: null,
  lastEpoch: 0,
};

export type TrackerSettings = HolePatience;

/** What an arriving id is. */
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

/** A placement after which the id counts as received: `record` takes it. */
export type Receivable = Extract<Placement, { kind: 'unseen' | 'unaccepted' | 'restart' }>;

/** A change of a hole, and the epoch it lies in. */
export type TrackerChange = HoleChange & { epoch: number };

/** The tracker after something happened to it, and what that did to its holes. */
export type Tracked = { tracker: Tracker; changes: TrackerChange[] };

/** What the passing of time did to one epoch's holes. */
export type Aged = { epoch: number; holes: Hole[] };
