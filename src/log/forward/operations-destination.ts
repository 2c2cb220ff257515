/**
 * OPERATIONS_URL as a destination of every webhook: it gets their operational events, with the guarantees of any
 * other destination. It has no secret to sign with; who needs a signature subscribes a destination to `gateway:*`.
 */
import { DESTINATION_DEFAULTS } from '../../subscriptions/destination-options';
import type { DestinationRecord } from '../../subscriptions/webhook';

/** No user's destination has this id: theirs begin with `dst_`. */
export const OPERATIONS_ID = 'operations';

/** The destination, or null where OPERATIONS_URL is empty or none. */
export function operationsDestination(url: string): DestinationRecord | null {
  const address = URL.parse(url);
  if (address === null) return null;
  return {
    ...DESTINATION_DEFAULTS,
    id: OPERATIONS_ID,
    url: address.href,
    topics: ['gateway:*'],
    maxInFlight: 6,
    extraHeaders: [],
    secrets: [],
    start: 'now',
    createdAt: 0,
  };
}

/** Whether it takes Slack's form: Slack's own host, or any address that ends in `#slack`. */
export function wantsSlackForm(url: string): boolean {
  const address = URL.parse(url);
  return address !== null && (address.hostname === 'hooks.slack.com' || address.hash === '#slack');
}
