/** Erasing what events say: what is asked for, and the receipt that stays. */
import type { Act } from '../../audit/acting';

/**
 * What was looked for, as a receipt has it: one event, or keyed digests in hex of an entity key or of the values by their pointers.
 */
export type Sought = { sequence: number } | { entityKey: string } | { body: Record<string, string> };

export type RedactionRequest = {
  /** The entity that events are about; null where their bodies are searched. */
  entityKey: string | null;
  /** Where bodies are searched: scalars (`scalarForm`) by the pointers that they have to stand at, all of them. */
  values: [pointer: string, scalar: string][];
  sought: Sought;
  /** The sequence to go on from; 0 for the beginning. */
  after: number;
  /** The receipt to go on with; null for a new one. */
  redactionId: number | null;
  /** Only count, and erase nothing. */
  dryRun: boolean;
};

/** Sequences, both included. */
export type Sequences = [from: number, to: number][];

export type RedactionResult =
  | {
      kind: 'ok';
      /** Null for a dry run. */
      redactionId: number | null;
      /** Of this call, as all that follows. */
      count: number;
      events: Sequences;
      /** Events whose bodies cannot be searched. */
      unsearched: Sequences;
      /** Refused requests that were kept whole. */
      capturedRequests: number;
      /** The `after` of the next call; null at the end. */
      next: number | null;
    }
  | { kind: 'gone' }
  /** There is no such receipt, or it is of another search. */
  | { kind: 'unknown_redaction' };

/** The receipt of what one search, however many calls it took, or the erasure of one event erased. */
export type Redaction = {
  id: number;
  /** ms since 1970, of the first call and of the last one. */
  at: number;
  lastAt: number;
  /** Who asked for it; null where that is not known. */
  act: Act | null;
  sought: Sought;
  count: number;
  events: Sequences;
  unsearched: Sequences;
  capturedRequests: number;
  /** Whether it came to the end of the log as it was then. */
  complete: boolean;
};

/** `next`: the id after which the next page begins; null at the end. */
export type RedactionsPage = { redactions: Redaction[]; next: number | null };
