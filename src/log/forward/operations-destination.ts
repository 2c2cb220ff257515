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

/** An operational event's body as a line for a chat channel that takes `{"text"}` (Slack's incoming webhooks). */
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
