/** What became of the increment ids of a range, in cells: what a picture of a numbering is drawn from. */

/** What became of an id. Each id of a range counts under one of them. */
export const ID_STATES = [
  /** Accepted in its turn. */
  'received',
  /** Accepted after a higher one, when its gap was in the list already; of few ids, after any higher one. */
  'late',
  /** Added by hand. */
  'refilled',
  /** Received under a topic that the webhook does not take: there is no event. */
  'ignored',
  'quarantined',
  /** Not here, and not long enough to be missing. */
  'awaited',
  'missing',
  'uncertain',
  /** Missing, and too late to come. */
  'expired',
  /** Missing, and closed by hand. */
  'resolved',
] as const;

export type IdState = (typeof ID_STATES)[number];

export type SequenceCell = {
  /** Increment ids, both included. */
  from: number;
  to: number;
  /** How many ids of the cell are in each state; states without one are left out. */
  counts: Partial<Record<IdState, number>>;
  /** Of the last id that was received: its event, and when it was accepted (ms since 1970); null where that is not on record. */
  sequence: number | null;
  receivedAt: number | null;
};

/** Nulls for what is usual: the current epoch, and its last 100 ids. */
export type SequenceMapQuery = {
  epoch: number | null;
  from: number | null;
  to: number | null;
  /** How many cells at most, 1 to `MAX_CELLS`. */
  cells: number;
};

export const MAX_CELLS = 400;

/** The numbering of an epoch, as far as it is known. */
export type EpochSpan = { epoch: number; first: number; highest: number; startedAt: number };

export type SequenceMap =
  | { kind: 'gone' }
  | { kind: 'unnumbered' }
  | { kind: 'unknown_epoch'; epochs: EpochSpan[] }
  | {
      kind: 'ok';
      /** Newest first; the first is the current one. Empty before the first id. */
      epochs: EpochSpan[];
      epoch: number | null;
      cells: SequenceCell[];
      /** False where the range is too long to look at every id: few of the received ones may count as others. */
      exact: boolean;
    };
