/**
 * A webhook as the edge knows it: its record from KV (cached in the isolate) and its opened inbound secrets. Both may
 * be a minute old. That is safe, because the object judges every event again.
 */
import { err, ok, type Result } from '../result';
import type { Secret } from '../signature/keys';
import { recordFor } from '../subscriptions/edge-cache';
import { keysOf, open, purpose } from '../subscriptions/sealing';
import type { WebhookRecord } from '../subscriptions/webhook';

/** The record; null for an unknown webhook. `now` in ms since 1970. */
export async function findWebhook(
  env: Env,
  id: number,
  now: number,
): Promise<Result<WebhookRecord | null, 'unavailable'>> {
  const found = await recordFor(env.SUBSCRIPTIONS, id, now);
  return found.ok ? found : err('unavailable');
}

/**
 * Opened secrets by record, as opening costs a decryption per secret and a record object never changes. The same `Secret`
 * objects are given out each time, because imported keys are remembered by object.
 */
const opened = new WeakMap<WebhookRecord, Map<string, Secret>>();

/**
 * The inbound secrets that are accepted now. `now` in ms since 1970.
 * `unreadable` when one does not open: it could be the one that matches, so no signature can be called wrong.
 */
export async function inboundSecrets(
  env: Env,
  record: WebhookRecord,
  now: number,
): Promise<Result<Secret[], 'unreadable'>> {
  const known = opened.get(record) ?? new Map<string, Secret>();
  opened.set(record, known);
  const secrets: Secret[] = [];
  for (const { id, sealed, usableUntil } of record.secrets) {
    if (usableUntil !== null && usableUntil <= now) continue;
    const before = known.get(id);
    if (before !== undefined) {
      secrets.push(before);
      continue;
    }
    const keys = await keysOf(env);
    if (!keys.ok) return err('unreadable');
    const text = await open(keys.value, purpose.inbound(record.id), sealed);
    if (!text.ok) return err('unreadable');
    const secret = { id, text: text.value };
    known.set(id, secret);
    secrets.push(secret);
  }
  return ok(secrets);
}
