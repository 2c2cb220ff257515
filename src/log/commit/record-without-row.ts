/** Increment ids that were received but are shown by no row of their own: the state is saved with them. */
import type { Placement } from '../../numbering/types';
import type { Draft } from './draft';
import type { Identity } from './identify';
import { holdBack, leaveHold } from './predecessor-hold';
import { type As, recordId } from './record-id';
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
 * turned on again must not miss what came in between. Only what continues a numbering, fills a hole of one, or begins one by a
 * new secret is recorded.
 */
export function recordUnjudged(draft: Draft, identity: Identity, placement: Placement | null, as: As): void {
  const isSure =
    placement?.kind === 'unseen' || (placement?.kind === 'restart' && placement.bySecret === true);
  if (!isSure) return;
  adoptConflicts(draft, placement, as.now);
  recordId(draft, { ...identity, arrival: identity.unjudged }, placement, as);
  draft.change({});
}
