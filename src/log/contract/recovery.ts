/** Taking a webhook's object back to an earlier moment. */
import type { FeedPosition } from './events';

/** A moment of an object: the platform's bookmark of it, and the time it stands for, ms since 1970. */
export type RecoveryPoint = { bookmark: string; at: number };

/** What a restore to a point takes out of the log: the sequences that came since, both included. */
export type LostRange = { from: number; to: number };

export type RecoveryRequest =
  /** What a restore would do. `at` null: now; `bookmark` null: that of the time. */
  | { what: 'look'; at: number | null; bookmark: string | null }
  | { what: 'restore'; at: number; bookmark: string | null }
  /** To the restored object: goes on above what was given before, so that no version and no place in the feed is given twice. */
  | { what: 'resume'; version: number; end: FeedPosition };

export type RecoveryResult =
  | {
      kind: 'point';
      point: RecoveryPoint;
      lastSequence: number;
      lost: LostRange | null;
      /** The record was changed since: its settings and secrets go back, too. */
      recordGoesBack: boolean;
    }
  /** The object starts anew in a moment. `undo` is the moment right before; the rest is for `resume`. */
  | { kind: 'restoring'; undo: RecoveryPoint; lost: LostRange | null; version: number; end: FeedPosition }
  | { kind: 'resumed'; lastSequence: number; version: number }
  | { kind: 'gone' }
  /** The time is before the webhook was made, or later than now, or further back than the platform keeps. */
  | { kind: 'out_of_range'; from: number; to: number }
  /** This runtime has no point-in-time recovery. */
  | { kind: 'unsupported' }
  /** The platform refuses, with its own words: an unknown bookmark, say. */
  | { kind: 'refused'; message: string };
