/** A webhook's settings in the units of the log: all in ms. */

import type { TrackerSettings } from '../../numbering/types';
import { providerOf } from '../../providers/registry';
import { restartsWithSecret } from '../../subscriptions/restarts-with-secret';
import type { WebhookRecord } from '../../subscriptions/webhook';

const DAY_MS = 24 * 60 * 60 * 1000;
/** All known providers end their retries within 5 days. Deduplication lasts longer than that in any case. */
const MIN_DEDUPLICATION_DAYS = 8;

/** How long the tracker waits for missing ids, and what secrets tell it. */
export function trackerSettings(webhook: WebhookRecord): TrackerSettings {
  const { graceSeconds, expiresSeconds } = webhook.sequence;
  const patience = { graceMs: graceSeconds * 1000, expiresMs: expiresSeconds * 1000 };
  return restartsWithSecret(webhook)
    ? { ...patience, secretIds: webhook.secrets.map(({ id }) => id) }
    : patience;
}

/** How long an event waits for its predecessor; 0 for not at all. */
export const holdMs = ({ sequence }: WebhookRecord): number => sequence.holdSeconds * 1000;

/** Whether events wait for their predecessors. */
export const isHolding = (webhook: WebhookRecord): boolean => webhook.sequence.enabled && holdMs(webhook) > 0;

/** How long events are stored at least. */
export const retentionMs = (webhook: WebhookRecord): number => webhook.retentionDays * DAY_MS;

/** How long ids and keys are remembered at least. */
export function deduplicationMs(webhook: WebhookRecord): number {
  return Math.max(webhook.retentionDays, MIN_DEDUPLICATION_DAYS) * DAY_MS;
}

/** Whether the provider's API is asked before an event of this topic is let go. */
export const isConfirmed = (webhook: WebhookRecord, topic: string): boolean =>
  webhook.confirm !== null && (providerOf(webhook)?.confirm?.isNeededFor(topic) ?? true);
