/**
 * Events that the provider sends again with other bytes: one field more, say, and the time at which they happened then.
 * They are conflicts, and show no new numbering. Pure.
 */
import type { Arrival, Epoch } from './epoch';
import type { KnownId, TimeOf } from './types';

/**
 * Whether an arrival is the event that is on record for its id, sent again. A new numbering begins after everything that
 * happened in the one before. So an event that is no younger than the one with its id, while the numbering has younger ones,
 * cannot be of a new numbering.
 * @param known what is on record for the id in this epoch
 */
export function isResent(
  epoch: Epoch,
  { eventTime }: Arrival,
  known: KnownId | 'forgotten' | null,
  timeOf: TimeOf,
): boolean {
  if (eventTime === null || known === null || known === 'forgotten') return false;
  const before = timeOf(known.sequence);
  if (before === null || eventTime > before) return false;
  return eventTime < before || eventTime < newestTime(epoch);
}

/** The latest time of the events that an epoch remembers, ms since 1970. */
const newestTime = ({ recent }: Epoch): number =>
  recent.reduce((newest, { eventTime }) => Math.max(newest, eventTime), Number.NEGATIVE_INFINITY);
