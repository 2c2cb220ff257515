/** The gap list, and closing a gap by hand. */

export type GapStatus = 'open' | 'uncertain' | 'filled' | 'expired' | 'resolved';

/** The received id beside a gap. `sequence` and `receivedAt` (ms since 1970) are null when they are not known. */
export type GapSide = { incrementId: number; sequence: number | null; receivedAt: number | null };

export type Gap = {
  epoch: number;
  from: number;
  to: number;
  /** Missing ids in the range; fewer than `to - from + 1` only in a merged range, and where ids are on record. */
  count: number;
  /** Its ids were received: `count` events that may be an older numbering's, so that this one's may be missing. */
  onRecord: boolean;
  status: GapStatus;
  /** ms since 1970 */
  detectedAt: number;
  /** When it was filled or closed by hand, ms since 1970; null before. */
  resolvedAt: number | null;
  before: GapSide | null;
  after: GapSide | null;
  /** When the provider's last retry is due, ms since 1970; null when unknown. */
  retryUntil: number | null;
  /** Why it was closed by hand; null otherwise. */
  note: string | null;
};

export type GapsReport =
  | { numbered: false }
  | {
      numbered: true;
      epoch: number | null;
      highestIncrementId: number | null;
      /** How many ids are not here and within their grace: no gap yet. Absent from an object of an earlier release. */
      awaitedIds?: number;
      gaps: Gap[];
    };

export type GapResolution = {
  /** Null for the current epoch. */
  epoch: number | null;
  /** Increment ids, both included. */
  from: number;
  to: number;
  note: string | null;
};

export type ResolveResult =
  /** The gaps that were closed, and how many ids they had. */
  | { kind: 'ok'; count: number; gaps: Gap[] }
  | { kind: 'gone' }
  | { kind: 'unnumbered' }
  | { kind: 'unknown_epoch' }
  /** The range has only a part of a merged gap, which is `from..to`. */
  | { kind: 'merged'; from: number; to: number };
