/**
 * A failed signature gets a second look with the object's own record, so that a rotated secret works at once although
 * KV lags. At most once per 10 s and webhook in an isolate, and not for an address that failed too often: a flood of
 * unsigned requests does not reach the object. What one request found serves those that come while it looks, or after it.
 */
import { keep } from '../bounded-map';
import { objectOf } from '../log/stub';
import { remember } from '../subscriptions/edge-cache';
import type { WebhookRecord } from '../subscriptions/webhook';

const LOOK_INTERVAL_MS = 10_000;
const MAX_REMEMBERED = 500;
/** How long a request waits for another one's look. */
const WAIT_MS = 2000;

type Found = WebhookRecord | null;
/** `at`: ms since 1970. `waiting`: null once it has ended. A promise is shared by none (`shared-appends.ts`). */
type Look = { at: number; found: Found; waiting: ((found: Found) => void)[] | null };

/** The last look for each webhook, oldest first. */
const looks = new Map<number, Look>();

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
  const last = looks.get(record.id);
  const found =
    last !== undefined && now - last.at < LOOK_INTERVAL_MS
      ? await outcome(last)
      : await look(env, record.id, now);
  return found === null || found.version <= record.version ? null : remember(found, now);
}

async function look(env: Env, id: number, now: number): Promise<Found> {
  const waiting: ((found: Found) => void)[] = [];
  const own: Look = { at: now, found: null, waiting };
  keep(looks, id, own, MAX_REMEMBERED);
  try {
    own.found = await objectOf(env, id).getRecord();
  } catch {
    // Unreachable: the record at hand decides.
  }
  own.waiting = null;
  for (const answer of waiting) answer(own.found);
  return own.found;
}

/** What another request finds or found; null where it takes too long, or was cut off. */
async function outcome({ found, waiting }: Look): Promise<Found> {
  if (waiting === null) return found;
  const { promise, resolve } = Promise.withResolvers<Found>();
  waiting.push(resolve);
  const timer = setTimeout(() => resolve(null), WAIT_MS);
  const answer = await promise;
  clearTimeout(timer);
  return answer;
}
