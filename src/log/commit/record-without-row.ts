/** Increment ids that were received but are shown by no row of their own: the state is saved with them. */
import { place } from '../../numbering/place';
import type { Placement } from '../../numbering/types';
import type { Draft } from './draft';
import type { Identity } from './identify';
import { holdBack, leaveHold } from './predecessor-hold';
import { type As, recordId } from './record-id';
import { trackerSettings } from './settings';
import { adoptConflicts } from './store-event';

/** The id of an ignored event, or of a duplicate that is known by another key: it is received, and nobody waits for it. */
export function recordWithoutRow(draft: Draft, identity: Identity, placement: Placement, as: As): void {
  const { now } = as;
  adoptConflicts(draft, placement, now);
  recordId(draft, identity, placement, as);
  const { released } = holdBack(draft, identity, placement, { forwards: false, sequence: 0, now });
  leaveHold(draft, draft.state.tracker.current, released);
  draft.change({});
}

/**
 * The id of an event that came while the numbering is turned off. Nothing is judged by it, but a webhook whose numbering is
 * turned on again must not miss what came in between. Only what continues a numbering, or fills a hole of one, is recorded.
 */
export function recordUnjudged(draft: Draft, identity: Identity, as: As): void {
  const { unjudged } = identity;
  const { tracker } = draft.state;
  if (unjudged === null || unjudged.added === true || tracker.current === null) return;
  const { known } = draft.tables;
  const placement = place(tracker, unjudged, trackerSettings(draft.webhook), (epoch, id) =>
    known.lookup(epoch, id),
  );
  if (placement.kind !== 'unseen') return;
  recordId(draft, { ...identity, arrival: unjudged }, placement, as);
  draft.change({});
}
