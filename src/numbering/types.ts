/** The tracker of a webhook's increment ids as plain data, and the answers that the functions on it give. */

import type { Epoch } from './epoch';
import type { Hole, HoleChange, HolePatience } from './holes';

/** What is on record for an increment id. */
export type KnownId = {
  kind: 'accepted' | 'ignored' | 'quarantined';
  /** 0 for an ignored event, which has none. */
  sequence: number;
  /** Hex. */
  fingerprint: string;
  /** The event was added by hand, so it proves nothing about the provider (`added-by-hand.ts`). */
  added?: true;
};

/** The record of an id in an epoch, null for none. `forgotten` when records of ids so low were dropped by age. */
export type Lookup = (epoch: number, id: number) => KnownId | 'forgotten' | null;

/** An event quarantined because its id was taken by other bytes. */
export type Conflict = {
  id: number;
  sequence: number;
  fingerprint: string;
  eventTime: number | null;
  /** The event that has its id was added by hand, so this conflict is no sign of a new numbering. */
  proofless?: true;
};

/** What is remembered of a closed epoch for as long as its ids are on record. */
export type ClosedEpoch = {
  readonly number: number;
  /** It never received a higher id. */
  readonly highest: number;
  readonly secretId?: string;
  /** ms since 1970 */
  readonly closedAt: number;
  /** What was uncertain in it when it had to close before its time, and until when (ms since 1970) that is told. */
  readonly uncertain?: { readonly listed: Hole; readonly endsAt: number };
};

/** When the event with this sequence happened by the provider's clock, ms since 1970; null when that is not known. */
export type TimeOf = (sequence: number) => number | null;

/** The epochs of a webhook, and the conflicts that may turn out to be a new one. */
export type Tracker = {
  readonly current: Epoch | null;
  /** Earlier epochs whose late retries are still taken, newest first. */
  readonly earlierEpochs: readonly Epoch[];
  /** Epochs that take no ids any more, the last one to close first. Equal bytes in them are still a retry. */
  readonly closedEpochs: readonly ClosedEpoch[];
  /** The last conflicts, oldest first. */
  readonly conflicts: readonly Conflict[];
  /** How many of the conflicts came since the last event that was not one. */
  readonly conflictStreak: number;
  /** When that last event without a conflict came, ms since 1970; null before the first. */
  readonly continuedAt: number | null;
  /**
   * An epoch that a few conflicts may be the first of, and that no event was given to yet (`shadow.ts`). Its number is the
   * next one. Absent while there is none.
   */
  readonly shadow?: Epoch;
  /** The highest epoch number given so far. No number is given twice. */
  readonly lastEpoch: number;
};

export const EMPTY_TRACKER: Tracker = {
  current: null,
  earlierEpochs: [],
  closedEpochs: [],
  conflicts: [],
  conflictStreak: 0,
  continuedAt: null,
  lastEpoch: 0,
};

export type TrackerSettings = HolePatience & {
  /** Where a new secret is a new numbering: the inbound secrets in use, newest first. Absent where secrets say nothing. */
  secretIds?: readonly string[];
};

/** Where an arriving id belongs, and what it means there. */
export type Placement =
  /** Seen for the first time. `late`: a higher id of its epoch came before. `gap`: the ids missing right before. */
  | { kind: 'unseen'; epoch: number; late: boolean; gap: [number, number] | null }
  /** The id is on record, but no event with it was accepted: one was ignored or is in quarantine. */
  | { kind: 'unaccepted'; epoch: number; known: KnownId; late: boolean }
  /** The id was received with these bytes. */
  | { kind: 'duplicate'; epoch: number; known: KnownId }
  /** The id was received with other bytes. */
  | { kind: 'conflict'; epoch: number; known: KnownId; resent?: true }
  /** The id was received so long ago that its bytes are not on record any more. */
  | { kind: 'too_old'; epoch: number }
  /** The provider's numbering began anew; `adopted` conflicts belong to the new epoch. */
  | { kind: 'restart'; epoch: number; adopted: Conflict[]; bySecret?: true };

/** A placement after which the id counts as received. `record` takes these. */
export type Receivable = Extract<Placement, { kind: 'unseen' | 'unaccepted' | 'restart' }>;

/** A change of a hole, and the epoch it lies in. */
export type TrackerChange = HoleChange & { epoch: number };

/** An id that an epoch had taken and that is another's: its record is the other's, too. */
export type MovedId = { id: number; from: number; to: number };

/** The tracker after something happened to it, what that did to its holes, and which ids went to another epoch. */
export type Tracked = {
  tracker: Tracker;
  changes: TrackerChange[];
  moved?: MovedId[];
  /** Conflicts with events that were another epoch's: `to` has their ids by them after all. */
  returned?: { to: number; conflicts: readonly Conflict[] };
};

/** A hole and what became of it: its parts, ascending. */
export type Resolved = { hole: Hole; parts: Hole[] };

/**
 * What the passing of time did to a hole of an epoch: a part of it may have become doubtful, or sure. `onRecord`: it is none, but
 * the entry for ids that an older numbering may have sent (`shared-ids.ts`).
 */
export type Aged = Resolved & { epoch: number; onRecord?: true };
