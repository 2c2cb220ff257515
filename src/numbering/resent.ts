/**
 * Events that the provider sends again with other bytes: one field more, say, and the time at which they happened then.
 * They are conflicts, and show no new numbering. Pure.
 */
import type { Arrival, Epoch } from './epoch';
import type { KnownId, Lookup, Placement, TimeOf, Tracker } from './types';

/**
 * Whether an arrival is the event that is on record for its id, sent again. A new numbering begins after everything that
 * happened in the one before. So an event that is no younger than the one with its id
 * cannot be of a new numbering.
 * @param known what is on record for the id in this epoch
 */
export function isResent(
  epoch: Epoch,
  { id, eventTime }: Arrival,
  known: KnownId | 'forgotten' | null,
  timeOf: TimeOf,
): boolean {
  if (eventTime === null || known === null || known === 'forgotten') return false;
  const { recent } = epoch;
  const before = timeOf(known.sequence);
  if (before === null) return isOlderThanHigher(epoch, { id, eventTime });
  if (eventTime > before) return false;
  // Where all events have the same time, it tells nothing.
  return eventTime < before || recent.length === 1 || recent.some(other => other.eventTime !== eventTime);
}

/** Where the event on record is past its retention: what is older than all that followed it here is no younger than it was. */
function isOlderThanHigher({ recent }: Epoch, { id, eventTime }: { id: number; eventTime: number }): boolean {
  const higher = recent.filter(other => other.id > id);
  return higher.length > 1 && higher.every(other => other.eventTime > eventTime);
}

/**
 * What an arrival is that happened before the current numbering began, at the very time of the event that an older one has on
 * record for its id: that event, sent again. Null where it is none.
 * @param open the earlier numberings that still take ids, newest first
 */
export function sentAgain(
  { current, closedEpochs }: Tracker,
  { id, eventTime }: Arrival,
  open: readonly Epoch[],
  { lookup, timeOf }: { lookup: Lookup; timeOf: TimeOf },
): Placement | null {
  const began = current?.startTime ?? null;
  if (eventTime === null || began === null || eventTime >= began) return null;
  for (const { number, highest } of [...open, ...closedEpochs]) {
    const known = lookup(number, id);
    if (known === null || known === 'forgotten' || timeOf(known.sequence) !== eventTime) continue;
    return known.kind === 'quarantined'
      ? { kind: 'unaccepted', epoch: number, known, late: id < highest }
      : { kind: 'conflict', epoch: number, known, resent: true };
  }
  return null;
}
