/** Whether a destination wants an event, by its topics and by its filter on the body. */
import { parseJson } from '../../json/parse';
import { parsePointer } from '../../json/pointer';
import { valueAt } from '../../json/value-at';
import { eventMatches } from '../../subscriptions/topics';
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { Feed } from '../store/feed';
import type { StoredEvent } from '../store/stored-event';

/** Whether an event that has not left is still to: one that was erased says nothing any more. */
export const isOwed = (destination: DestinationRecord, event: StoredEvent, feed: Feed): boolean =>
  !feed.isErased(event) && wants(destination, event, feed);

/** A body that is gone, or is not JSON, matches no filter. */
export function wants(
  { topics, filter }: DestinationRecord,
  event: StoredEvent,
  log: { body(sequence: number): Uint8Array | null },
): boolean {
  if (!eventMatches(topics, event)) return false;
  // Filters are for the payloads of providers, and a notice has none.
  if (filter === null || event.operational) return true;
  const body = log.body(event.sequence);
  const document = body === null ? null : parseJson(body);
  if (document === null || !document.ok) return false;
  const { value } = document.value;
  return Object.entries(filter).every(([pointer, allowed]) => {
    const found = valueAt(value, parsePointer(pointer) ?? []);
    return allowed.some(candidate => candidate === found);
  });
}
