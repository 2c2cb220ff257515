/**
 * Before the edge refuses a request by its copy of the record, as for a failed signature, it asks the webhook's object for its
 * record, so that a rotated secret works at once although KV lags behind.
 *
 * A flood of unsigned requests must not reach the object. So it is asked at most once per 10 s and webhook in an isolate,
 * and not for a sender that failed too often. Requests that come meanwhile or soon after use the same answer. A question that somebody
 * waited for in vain counts as never asked, and a sender that hangs up does not end its own: nobody can keep the others from an answer.
 */
import { keep } from '../bounded-map';
import { inTime } from '../in-time';
import { recordInObject } from '../log/stub';
import { isWithin } from '../rate-limit';
import { isNewer, remember } from '../subscriptions/edge-cache';
import type { WebhookRecord } from '../subscriptions/webhook';

const CHECK_INTERVAL_MS = 10_000;
const MAX_REMEMBERED = 500;
/** How long a request waits for the check of another one. */
const WAIT_MS = 2000;

/** The object's record; null where it has none or cannot be reached. */
type Found = WebhookRecord | null;

/**
 * One question to the object, asked at `at` (ms since 1970). `waiting` holds the requests that wait for its answer; null
 * when it has been answered. Each waits for a promise of its own (see `shared-appends.ts`).
 */
type Check = { at: number; found: Found; waiting: ((found: Found) => void)[] | null };

/** The last check of each webhook, oldest first. */
const checks = new Map<number, Check>();

/**
 * A record newer than the one the verification failed with, or null. `now` in ms since 1970.
 * @param context keeps the request alive while it asks for others, too
 */
export async function newerRecord(
  env: Env,
  context: Pick<ExecutionContext, 'waitUntil'>,
  request: Request,
  record: WebhookRecord,
  now: number,
): Promise<WebhookRecord | null> {
  const address = request.headers.get('cf-connecting-ip') ?? '';
  const key = `${record.id}:${address}`;
  if (!(await isWithin(env.FAILED_VERIFICATIONS, 'FAILED_VERIFICATIONS', key))) return null;
  const last = checks.get(record.id);
  const isFresh = last !== undefined && now - last.at < CHECK_INTERVAL_MS;
  const asking = isFresh ? answerOf(record.id, last) : check(env, record, now);
  if (!isFresh) context.waitUntil(asking);
  const found = await asking;
  return found !== null && isNewer(found, record) ? remember(found, now) : null;
}

async function check(env: Env, { id, jurisdiction }: WebhookRecord, now: number): Promise<Found> {
  const waiting: ((found: Found) => void)[] = [];
  const own: Check = { at: now, found: null, waiting };
  keep(checks, id, own, MAX_REMEMBERED);
  try {
    // Of the webhook there was. One made again elsewhere has another id.
    own.found = await recordInObject(env, id, [{ id, jurisdiction }]);
  } catch {
    // The object cannot be reached: the record at hand decides.
  }
  own.waiting = null;
  for (const answer of waiting) answer(own.found);
  return own.found;
}

/** What another request's check finds or found; null where that takes too long, and then the next request asks anew. */
async function answerOf(id: number, last: Check): Promise<Found> {
  const { found, waiting } = last;
  if (waiting === null) return found;
  const { promise, resolve } = Promise.withResolvers<Found>();
  waiting.push(resolve);
  return inTime(promise, WAIT_MS, () => {
    if (checks.get(id) === last) checks.delete(id);
    return null;
  });
}
