/**
 * A failed signature gets a second look with the object's own record, so that a rotated secret works at once although
 * KV lags. At most once per 10 s and webhook in an isolate, and not for an address that failed too often: a flood of
 * unsigned requests does not reach the object.
 */
import { keep } from '../bounded-map';
import { objectOf } from '../log/stub';
import { remember } from '../subscriptions/edge-cache';
import type { WebhookRecord } from '../subscriptions/webhook';

const LOOK_INTERVAL_MS = 10_000;
const MAX_REMEMBERED = 500;

/** When the object was last asked for a webhook's record, ms since 1970; oldest first. */
const asked = new Map<number, number>();

/** A record newer than the one the verification failed with, or null. `now` in ms since 1970. */
export async function newerRecord(
  env: Env,
  request: Request,
  record: WebhookRecord,
  now: number,
): Promise<WebhookRecord | null> {
  const address = request.headers.get('cf-connecting-ip') ?? '';
  const { success } = await env.FAILED_VERIFICATIONS.limit({ key: `${record.id}:${address}` });
  if (!success) return null;
  const last = asked.get(record.id);
  if (last !== undefined && now - last < LOOK_INTERVAL_MS) return null;
  keep(asked, record.id, now, MAX_REMEMBERED);
  try {
    const current = await objectOf(env, record.id).getRecord();
    if (current === null || current.version <= record.version) return null;
    return remember(current, now);
  } catch {
    return null;
  }
}
