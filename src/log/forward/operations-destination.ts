/**
 * OPERATIONS_URL as a destination of every webhook: it gets all notices, with the guarantees of any other destination.
 * It has no secret, so its deliveries are not signed. For signed notices, subscribe a destination to `gateway:*`.
 */
import { destinationDefaults } from '../../subscriptions/destination-options';
import type { DestinationRecord } from '../../subscriptions/webhook';
import { formOf } from './forms/form';
import { PAGERDUTY_TOPICS } from './forms/pagerduty';

/** No user's destination has this id: theirs begin with `dst_`. */
export const OPERATIONS_ID = 'operations';

/** The destination, or null when OPERATIONS_URL is empty or no URL. Its fragment, which may have a key, stays behind. */
export function operationsDestination(url: string): DestinationRecord | null {
  const address = URL.parse(url);
  if (address === null) return null;
  address.hash = '';
  const isPagerduty = formOf(url) === 'pagerduty';
  return {
    ...destinationDefaults(),
    id: OPERATIONS_ID,
    url: address.href,
    topics: isPagerduty ? [...PAGERDUTY_TOPICS] : ['gateway:*'],
    // An alert must not be resolved before it is triggered.
    ordering: isPagerduty ? 'strict' : 'parallel',
    maxInFlight: 6,
    extraHeaders: [],
    secrets: [],
    start: 'now',
    createdAt: 0,
  };
}
