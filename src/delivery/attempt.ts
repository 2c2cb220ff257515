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
import { destinationUrl } from './destination-url';
import type { AttemptResult, CourierTarget, OutgoingEvent } from './outgoing';
import { outgoingHeaders } from './outgoing-headers';
import { requestBody } from './request-body';
import { parseRetryAfter } from './retry-schedule';
import { urlProblem } from './url-policy';

/** Longest wait for the body once the headers are in. Nobody reads it, and opening a new connection costs less. */
const BODY_WAIT_MS = 1000;

type AttemptDeps = {
  fetch: typeof fetch;
  /** ms since 1970 */
  now: () => number;
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
  { fetch, now, allowPrivate }: AttemptDeps,
): Promise<AttemptResult> {
  const at = now();
  const unanswered = (error: 'timeout' | 'connection' | 'refused_url'): AttemptResult => ({
    outcome: 'failed',
    status: null,
    error,
    at,
    durationMs: now() - at,
    retryAfterMs: null,
  });
  if (urlProblem(target.url, allowPrivate) !== null) return unanswered('refused_url');

  const headers = await outgoingHeaders(target, event, at).catch(() => null);
  if (headers === null) return unanswered('connection');

  const controller = new AbortController();
  const abort = () => controller.abort();
  let timer = setTimeout(abort, target.timeoutMs);
  try {
    const response = await fetch(destinationUrl(target.url, event.query), {
      method: 'POST',
      headers,
      body: requestBody(event.body),
      redirect: 'manual',
      signal: controller.signal,
    });
    const { status } = response;
    // From here on the time for the body counts.
    clearTimeout(timer);
    timer = setTimeout(abort, Math.min(BODY_WAIT_MS, Math.max(0, at + target.timeoutMs - now())));
    const retryAfter = [429, 503].includes(status) ? response.headers.get('retry-after') : null;
    const retryAfterMs = parseRetryAfter(retryAfter, now());
    await drain(response);
    return { ...judge(status), status, at, durationMs: now() - at, retryAfterMs };
  } catch {
    return unanswered(controller.signal.aborted ? 'timeout' : 'connection');
  } finally {
    clearTimeout(timer);
  }
}

function judge(status: number): Pick<AttemptResult, 'outcome' | 'error'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', error: null };
  return { outcome: 'failed', error: status >= 300 && status < 400 ? 'redirect' : 'status' };
}

/**
 * Reads a short body to its end, so that the connection can be used again. A long or endless one is cancelled, because
 * an unread body keeps its connection, of which an invocation has six. Never throws.
 */
async function drain(response: Response): Promise<void> {
  try {
    if (isShort(response)) {
      await response.arrayBuffer();
      return;
    }
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
    for (let left: number = LIMITS.MAX_RESPONSE_BYTES; reader !== undefined && left > 0; ) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.length;
    }
    reader?.cancel().catch(() => {});
  } catch {
    // The connection was reset, or the time for the body is over. The status has been read, and it decides.
  }
}

/** Whether the body can be read in one step: it declares a small length, and is not compressed. */
function isShort({ headers }: Response): boolean {
  const length = headers.get('content-length');
  if (length === null || headers.has('content-encoding')) return false;
  return /^\d{1,4}$/.test(length) && Number(length) <= LIMITS.MAX_RESPONSE_BYTES;
}
