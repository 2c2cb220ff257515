/**
 * The changes this isolate made in the last minutes, laid over lists: KV's list may lag a minute behind the object,
 * and whoever creates a webhook expects to see it in the next list.
 *
 * Not promised: the same from another isolate. There a list shows what KV shows: the colo that made the change
 * usually at once, others within a minute.
 */
import type { WebhookRecord } from './webhook';

/** Longer than KV documents its lists to lag ("60 seconds or more"). */
const KEPT_MS = 180_000;
const MAX_CHANGES = 1000;

/** Webhook id → the record as the object confirmed it, or null for deleted; in the order of change. */
const changes = new Map<number, { record: WebhookRecord | null; at: number }>();

/** @param record null: deleted. @param now ms since 1970 */
export function noteChange(id: number, record: WebhookRecord | null, now: number): void {
  changes.delete(id);
  changes.set(id, { record, at: now });
  for (const [oldest, { at }] of changes) {
    if (changes.size <= MAX_CHANGES && now - at < KEPT_MS) break;
    changes.delete(oldest);
  }
}

/** Changes that KV may not show yet. */
export function recentChanges(now: number): Map<number, WebhookRecord | null> {
  const recent = [...changes].filter(([, { at }]) => now - at < KEPT_MS);
  return new Map(recent.map(([id, { record }]) => [id, record]));
}
