/**
 * OPERATIONS_URL as a destination of every webhook: it gets all notices, with the guarantees of any other destination.
 * It has no secret, so its deliveries are not signed. For signed notices, subscribe a destination to `gateway:*`.
 */
import { DESTINATION_DEFAULTS } from '../../subscriptions/destination-options';
import type { DestinationRecord } from '../../subscriptions/webhook';

/** No user's destination has this id: theirs begin with `dst_`. */
export const OPERATIONS_ID = 'operations';

/** The destination, or null when OPERATIONS_URL is empty or no URL. */
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

/** Whether the URL wants Slack's format: it has Slack's own host, or ends in `#slack`. */
export function wantsSlackForm(url: string): boolean {
  const address = URL.parse(url);
  return address !== null && (address.hostname === 'hooks.slack.com' || address.hash === '#slack');
}

/** The body of a notice in Slack's format for incoming webhooks: one line of text in `{"text"}`. */
export function slackBody(body: Uint8Array): Uint8Array {
  const { topic, message } = JSON.parse(new TextDecoder().decode(body)) as {
    topic: string;
    message: Record<string, unknown>;
  };
  const { webhook_id, webhook_name, count, ...rest } = message;
  const name = webhook_name === null ? String(webhook_id) : `${webhook_name} (${webhook_id})`;
  const what = topic.replace('gateway:', '').replaceAll('_', ' ');
  const times = count === 1 ? '' : ` ×${count}`;
  const details = JSON.stringify(rest);
  // Slack reads these three as markup.
  const escaped = `${name}: ${what}${times} ${details}`
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return new TextEncoder().encode(JSON.stringify({ text: escaped }));
}
