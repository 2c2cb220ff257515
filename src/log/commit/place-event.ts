/** Second step of a commit: where the event's increment id belongs, by what is on record. Reads; changes nothing. */
import { type NotAdded, placeAdded, saysTheSame } from '../../numbering/added-by-hand';
import { place } from '../../numbering/place';
import type { KnownId, Lookup, Placement } from '../../numbering/types';
import type { Draft } from './draft';
import type { Identity } from './identify';
import { trackerSettings } from './settings';

/** An id of an event added by hand that the provider has now sent itself. `known` has the provider's bytes. */
export type SentAfterAll = { epoch: number; id: number; known: KnownId };

export type Placed = {
  /** Null without an increment id. Where the numbering is turned off, only a duplicate is told. */
  placement: Placement | NotAdded | null;
  /** Where the numbering is turned off: what the id means all the same. By it the event is recorded, and not judged. */
  unjudged: Placement | null;
  sentAfterAll: SentAfterAll | null;
};

/** Places an event's increment id in the numberings of its webhook. */
export function placeEvent(draft: Draft, identity: Identity): Placed {
  const { unjudged } = identity;
  const arrival = identity.arrival ?? unjudged;
  // Nothing that an operator adds while the numbering is turned off says anything about it.
  const isAside =
    arrival === null ||
    (unjudged !== null && (unjudged.added === true || draft.state.tracker.current === null));
  if (isAside) return { placement: null, unjudged: null, sentAfterAll: null };
  let sentAfterAll: SentAfterAll | null = null;
  const lookup = lookupFor(draft, identity, found => {
    sentAfterAll = found;
  });
  const settings = trackerSettings(draft.webhook);
  const { tracker } = draft.state;
  const timeOf = (sequence: number) => draft.tables.events.get(sequence)?.eventTime ?? null;
  const placement =
    arrival.added === true
      ? placeAdded(tracker, arrival, settings, lookup)
      : place(tracker, arrival, settings, lookup, timeOf);
  if (unjudged === null || 'why' in placement) return { placement, unjudged: null, sentAfterAll };
  const retried = placement.kind === 'duplicate' ? placement : null;
  return { placement: retried, unjudged: placement, sentAfterAll };
}

/**
 * A lookup of what is on record for an id. Where the record is of an accepted event that was added by hand, and the
 * provider now sends an event that says the same, the record is given with the provider's bytes. So the event is placed
 * as a duplicate, and `found` is called.
 */
function lookupFor(
  { tables }: Draft,
  { event, fingerprint }: Identity,
  found: (sent: SentAfterAll) => void,
): Lookup {
  return (epoch, id) => {
    const known = tables.known.lookup(epoch, id);
    if (known === null || known === 'forgotten' || known.added !== true || event.added === true) return known;
    const stored = known.kind === 'accepted' ? tables.events.get(known.sequence) : null;
    if (stored === null || !saysTheSame(stored, event)) return known;
    const sent = { kind: known.kind, sequence: known.sequence, fingerprint };
    found({ epoch, id, known: sent });
    return sent;
  };
}
