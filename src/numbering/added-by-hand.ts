/**
 * Events that an operator adds by hand, and what they may do to the numbering. Pure.
 *
 * Nobody signed them, so they prove nothing about the provider: one fills a hole, or comes right after what is known, but
 * never shows a new numbering, moves the baseline, or opens a gap to an id far away. An id that is taken by other bytes
 * stays as it is. The other way round, what the provider sends under an id that was added by hand is that event where it
 * says the same, however it is written (`saysTheSame`); otherwise it is quarantined, and is no sign of a restart either.
 */

import type { Arrival } from './epoch';
import { place } from './place';
import type { Lookup, Placement, Tracker, TrackerSettings } from './types';

/** How far above the highest id an added one may be: what a provider sends in a while, not a slip of the hand. */
const MAX_AHEAD = 1000;

/** Why an event was not added. */
export type NotAdded =
  /** Another body came with its id; `sequence` null where that was ignored. */
  | { why: 'taken'; sequence: number | null }
  /** Its id was received, too long ago to compare the bodies. */
  | { why: 'too_old' }
  /** `highest`: the highest id that can be added; null while the provider has sent none. */
  | { why: 'out_of_range'; highest: number | null };

export function placeAdded(
  tracker: Tracker,
  arrival: Arrival,
  settings: TrackerSettings,
  lookup: Lookup,
): Placement | NotAdded {
  const { current, earlierEpochs } = tracker;
  if (current === null) return { why: 'out_of_range', highest: null };
  const placement = place(tracker, arrival, settings, lookup);
  const late = arrival.id < current.highest;
  switch (placement.kind) {
    case 'duplicate':
    case 'unaccepted':
      return placement;
    case 'unseen': {
      const earlier = earlierEpochs.find(({ number }) => number === placement.epoch);
      const reach = earlier?.highest ?? current.highest + MAX_AHEAD;
      if (arrival.id <= reach) return placement;
      return { why: 'out_of_range', highest: current.highest + MAX_AHEAD };
    }
    case 'restart':
    case 'conflict':
    case 'too_old': {
      const known = lookup(current.number, arrival.id);
      // Id 1 below the baseline: what the provider sends there begins a numbering, what is added does not.
      if (known === null) return { kind: 'unseen', epoch: current.number, late, gap: null };
      if (known === 'forgotten') return { why: 'too_old' };
      if (known.kind === 'quarantined') return { kind: 'unaccepted', epoch: current.number, known, late };
      return { why: 'taken', sequence: known.kind === 'ignored' ? null : known.sequence };
    }
  }
}

type Said = {
  topic: string;
  eventId: string | null;
  eventTime: number | null;
  entityKeys: readonly string[];
};

/** Whether two events with one increment id are the same event: what happened, when, and to what. */
export const saysTheSame = (a: Said, b: Said): boolean =>
  a.topic === b.topic &&
  a.eventId === b.eventId &&
  a.eventTime === b.eventTime &&
  a.entityKeys.join('\n') === b.entityKeys.join('\n');
