/**
 * Events that an operator adds by hand, and what they may do to the numbering. Pure.
 *
 * The provider did not sign them, so they prove nothing about it. An added event may fill a hole or take an id a little
 * above the highest one. It never shows a new numbering, never moves the baseline, and never replaces an event.
 * Later the provider may send the same id itself. If its event says the same (`saysTheSame`), it is a duplicate
 * whatever its bytes. Otherwise it is quarantined, and does not count as a sign of a restart.
 */

import type { Arrival } from './epoch';
import { place } from './place';
import type { Lookup, Placement, Tracker, TrackerSettings } from './types';

/** How far above the highest id an added one may be. An id further away is taken for a typing error. */
const MAX_AHEAD = 1000;

/** Why an event was not added. */
export type NotAdded =
  /** Another event has its id or one of its keys; `sequence` null where that event was ignored. */
  | { why: 'taken'; sequence: number | null }
  /** Its id was received, too long ago to compare the bodies. */
  | { why: 'too_old' }
  /** `highest`: the highest id that can be added; null while the provider has sent none. */
  | { why: 'out_of_range'; highest: number | null };

/** The placement of an event added by hand, or why it cannot be added. */
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
      // Id 1 below the baseline. Sent by the provider it would begin a new numbering; added by hand it does not.
      if (known === null) return { kind: 'unseen', epoch: current.number, late, gap: null };
      if (known === 'forgotten') return { why: 'too_old' };
      if (known.kind === 'quarantined') return { kind: 'unaccepted', epoch: current.number, known, late };
      return { why: 'taken', sequence: known.kind === 'ignored' ? null : known.sequence };
    }
  }
}

/** What two events are compared by. */
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
