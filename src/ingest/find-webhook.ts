/**
 * A webhook as the edge knows it: its record from KV (cached in the isolate) and its opened inbound secrets. Both may
 * be a minute old. That is safe, because the object judges every event again.
 *
 * That KV has no record proves nothing: it remembers for a minute that it had none, and a copy may have failed. So the
 * object is asked before a request is answered 404. A webhook that was just made answers its provider's first request.
 */
import { errorFields } from '../error-name';
import { recordInObject } from '../log/stub';
import { isWithin } from '../rate-limit';
import { err, ok, type Result } from '../result';
import type { Secret } from '../signature/keys';
import { recordFor, remember } from '../subscriptions/edge-cache';
import { keysOf, open, purpose } from '../subscriptions/sealing';
import type { WebhookRecord } from '../subscriptions/webhook';
import type { Cause } from './answer';

/** The record; null for an unknown webhook. `now` in ms since 1970. */
export async function findWebhook(
  env: Env,
  request: Request,
  id: number,
  now: number,
): Promise<Result<WebhookRecord | null, Cause>> {
  const found = await recordFor(env.SUBSCRIPTIONS, id, now);
  if (found.ok) return found.value === null ? askObject(env, request, id, now) : found;
  return err({ cause: `kv_${found.error}` });
}

/**
 * The record that the object has. Each question wakes an object, so an address that asks for unknown webhooks too often is
 * answered 503: it may be wrong about one of them, and 404 would make a provider give up. That there is none is never
 * remembered, as the webhook may be made the next moment. The id tells in which jurisdiction to ask.
 */
async function askObject(
  env: Env,
  request: Request,
  id: number,
  now: number,
): Promise<Result<WebhookRecord | null, Cause>> {
  const key = `unknown:${request.headers.get('cf-connecting-ip') ?? ''}`;
  if (!(await isWithin(env.FAILED_VERIFICATIONS, 'FAILED_VERIFICATIONS', key))) {
    return err({ cause: 'unknown_webhooks_limited' });
  }
  try {
    const record = await recordInObject(env, id);
    return ok(record === null ? null : remember(record, now));
  } catch (error) {
    return err({ cause: 'object_unreachable', ...errorFields(error) });
  }
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
