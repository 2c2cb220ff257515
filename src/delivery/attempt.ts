/**
 * One attempt to deliver one event: a POST, and what came of it.
 *
 * Every failure is a value: nothing is thrown, whatever the receiver does. What a receiver can cost is bounded: it has
 * the timeout for its headers, then a second and 4 KiB for its body. Then its connection is closed.
 *
 * The status alone decides: a 2xx counts as delivered even when its body hangs, drips or breaks off. Redirects are not
 * followed, because the signed body is meant for the URL that was configured and checked.
 */
import { LIMITS } from '../limits';
import { concealer } from './concealed';
import { connectionErrorOf } from './connection-error';
import type { Deadlines } from './deadlines';
import { addressOf } from './destination-url';
import type { AttemptResult, ConnectionError, CourierTarget, OutgoingEvent } from './outgoing';
import { outgoingHeaders } from './outgoing-headers';
import { perCall } from './per-call';
import { receiverAnswer } from './receiver-answer';
import { requestBody } from './request-body';
import { parseRetryAfter } from './retry-schedule';
import { sentHeaders } from './sent-headers';
import { urlProblem } from './url-policy';

/** Longest wait for the body once the headers are in. Nobody reads it, and opening a new connection costs less. */
const BODY_WAIT_MS = 1000;

const isPublic = perCall(({ url }) => urlProblem(url, false) === null);
const mayBePrivate = perCall(({ url }) => urlProblem(url, true) === null);

type AttemptDeps = {
  fetch: typeof fetch;
  /** ms since 1970 */
  now: () => number;
  deadlines: Deadlines;
  /** ALLOW_PRIVATE_DESTINATIONS: lets the URL lead to a loopback or private address. */
  allowPrivate: boolean;
};

/**
 * Takes at most `target.timeoutMs`, from its fetch on. The error `connection` also stands for a request that could not be made at all. The
 * URL was checked when it was stored, and is checked again because ALLOW_PRIVATE_DESTINATIONS may have changed since.
 */
export async function attemptDelivery(
  target: CourierTarget,
  event: OutgoingEvent,
  { fetch, now, deadlines, allowPrivate }: AttemptDeps,
): Promise<AttemptResult> {
  const at = now();
  const unanswered = (
    error: 'timeout' | 'connection' | 'refused_url',
    connectionError?: ConnectionError,
  ): AttemptResult => ({
    outcome: 'failed',
    status: null,
    error,
    at,
    durationMs: now() - at,
    retryAfterMs: null,
    ...(connectionError === undefined ? {} : { connectionError }),
  });
  if (!(allowPrivate ? mayBePrivate : isPublic)(target)) return unanswered('refused_url');

  const headers = await outgoingHeaders(target, event, at).catch(() => null);
  if (headers === null) return unanswered('connection', 'not_sent');

  const isTest = event.test === true;
  const sent = isTest ? { sentHeaders: sentHeaders(headers, target) } : {};
  const controller = new AbortController();
  const abort = () => controller.abort();
  let ended = deadlines.set(target.timeoutMs, abort);
  try {
    const response = await fetch(addressOf(target, event.query), {
      method: 'POST',
      headers,
      body: requestBody(event.body),
      redirect: 'manual',
      signal: controller.signal,
    });
    const { status } = response;
    // From here on the time for the body counts.
    const answered = ended;
    ended = deadlines.set(Math.min(BODY_WAIT_MS, Math.max(0, at + target.timeoutMs - now())), abort);
    answered();
    const retryAfter = [429, 503].includes(status) ? response.headers.get('retry-after') : null;
    const retryAfterMs = parseRetryAfter(retryAfter, now());
    const judged = judge(status);
    const isShown = isTest || judged.outcome === 'failed';
    const { bytes, complete } = await beginningOf(response, isShown);
    const result = { ...judged, ...sent, status, at, durationMs: now() - at, retryAfterMs };
    if (!isShown || target.hidden == null) return result;
    return { ...result, answer: receiverAnswer(response.headers, bytes, complete, concealer(target.hidden)) };
  } catch (error) {
    const failed = controller.signal.aborted
      ? unanswered('timeout')
      : unanswered('connection', connectionErrorOf(error));
    return { ...failed, ...sent };
  } finally {
    ended();
  }
}

function judge(status: number): Pick<AttemptResult, 'outcome' | 'error'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', error: null };
  return { outcome: 'failed', error: status >= 300 && status < 400 ? 'redirect' : 'status' };
}

/**
 * Reads a short body to its end, so that the connection can be used again. A long or endless one is cancelled, because
 * an unread body keeps its connection, of which an invocation has six. Never throws. Gives what it read, at most
 * `MAX_RESPONSE_BYTES`, and whether that is all of it.
 * @param wanted whether anybody looks at it: a part of it, too, where the receiver breaks off
 */
async function beginningOf(
  response: Response,
  wanted: boolean,
): Promise<{ bytes: Uint8Array; complete: boolean }> {
  const bytes = new Uint8Array(wanted ? LIMITS.MAX_RESPONSE_BYTES : 0);
  let read = 0;
  let complete = false;
  try {
    if (isShort(response) && !wanted) {
      await response.arrayBuffer();
      return { bytes, complete: true };
    }
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
    while (reader !== undefined && read < LIMITS.MAX_RESPONSE_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      if (wanted) bytes.set(value.subarray(0, bytes.length - read), read);
      read += value.length;
    }
    complete = read < LIMITS.MAX_RESPONSE_BYTES;
    if (!complete) reader?.cancel().catch(() => {});
  } catch {
    // The connection was reset, or the time for the body is over. The status has been read, and it decides.
  }
  return { bytes: bytes.subarray(0, read), complete };
}

/** Whether the body can be read in one step: it declares a small length, and is not compressed. */
function isShort({ headers }: Response): boolean {
  const length = headers.get('content-length');
  if (length === null || headers.has('content-encoding')) return false;
  return /^\d{1,4}$/.test(length) && Number(length) <= LIMITS.MAX_RESPONSE_BYTES;
}
