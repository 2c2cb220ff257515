/** A webhook's settings in the units the log works with. */

import type { TrackerSettings } from '../../numbering/types';
import { providerOf } from '../../providers/registry';
import type { WebhookRecord } from '../../subscriptions/webhook';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Retries of every provider known end within 5 days; deduplication outlives them in any case. */
const MIN_DEDUPLICATION_DAYS = 8;

export function trackerSettings({ sequence }: WebhookRecord): TrackerSettings {
  return { graceMs: sequence.graceSeconds * 1000, expiresMs: sequence.expiresSeconds * 1000 };
}

/** How long an event waits for its predecessor, in ms; 0 for not at all. */
export const holdMs = ({ sequence }: WebhookRecord): number => sequence.holdSeconds * 1000;

export const retentionMs = (webhook: WebhookRecord): number => webhook.retentionDays * DAY_MS;

/** How long ids and keys are remembered, in ms. */
export function deduplicationMs(webhook: WebhookRecord): number {
  return Math.max(webhook.retentionDays, MIN_DEDUPLICATION_DAYS) * DAY_MS;
}

/** Whether the provider's API is asked before an event of this topic is let go. */
export const isConfirmed = (webhook: WebhookRecord, topic: string): boolean =>
  webhook.confirm !== null && (providerOf(webhook)?.confirm?.isNeededFor(topic) ?? true);
