/** Settling by hand whether a new numbering began. */
import type { GapsReport } from './gaps';

/** What an operator knows about the numberings of a webhook. */
export type Settlement =
  /** A new numbering began with the event of this sequence; null: the one that is suspected is one. */
  | { how: 'new'; sequence: number | null }
  /** No new numbering began: the one before goes on. */
  | { how: 'continue' }
  /** Takes back what was settled last. */
  | { how: 'undo' };

export type SettleResult =
  | { kind: 'ok'; report: GapsReport }
  | { kind: 'gone' }
  | { kind: 'unnumbered' }
  /** There is no event of this sequence with an increment id. */
  | { kind: 'unknown_event' }
  /** Nothing is suspected, or nothing was settled. */
  | { kind: 'nothing_to_settle' }
  /** More events came since the one that is named than can be judged anew. */
  | { kind: 'too_many'; limit: number };
