/**
 * One attempt to deliver one event: a POST, and what came of it.
 *
 * Every failure is a value; nothing is thrown, whatever the receiver does. What a receiver can cost is bounded: the
 * timeout until its headers are in, then one second and 4 KiB of its body, and its connection is let go. The outcome
 * is the status: a 2xx stays delivered when its body hangs, drips or breaks off. Redirects are not followed: the
 * signed body is meant for the URL that was configured and checked.
 */
import { LIMITS } from '../limits';
import type { Deadlines } from './deadlines';
import { destinationUrl } from './destination-url';
import type { AttemptResult, CourierTarget, OutgoingEvent } from './outgoing';
import { outgoingHeaders } from './outgoing-headers';
import { parseRetryAfter } from './retry-schedule';
import { urlProblem } from './url-policy';

/** Longest wait for the body once the headers are in: nobody reads it, and to open another connection costs less. */
const BODY_WAIT_MS = 1000;

export type AttemptDeps = {
  fetch: typeof fetch;
  /** ms since 1970 */
  now: () => number;
  /** What ends an attempt in time. */
  deadlines: Deadlines;
  /** ALLOW_PRIVATE_DESTINATIONS: lets the URL lead to a loopback or private address. */
  allowPrivate: boolean;
};

/**
 * Takes at most `target.timeoutMs`. `connection` also stands for a request that could not be made at all. The URL is
 * checked again although it was when it was stored: the setting may have changed since.
 */
export async function attemptDelivery(
  target: CourierTarget,
  event: OutgoingEvent,
  { fetch, now, deadlines, allowPrivate }: AttemptDeps,
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

  const controller = new AbortController();
  deadlines.set(controller, target.timeoutMs);
  try {
    const response = await fetch(destinationUrl(target.url, event.query), {
      method: 'POST',
      headers: await outgoingHeaders(target, event, at),
      body: event.body,
      redirect: 'manual',
      signal: controller.signal,
    });
    const { status } = response;
    deadlines.set(controller, Math.min(BODY_WAIT_MS, Math.max(0, at + target.timeoutMs - now())));
    const retryAfter = [429, 503].includes(status) ? response.headers.get('retry-after') : null;
    const retryAfterMs = parseRetryAfter(retryAfter, now());
    await drain(response);
    return { ...judge(status), status, at, durationMs: now() - at, retryAfterMs };
  } catch {
    return unanswered(controller.signal.aborted ? 'timeout' : 'connection');
  } finally {
    deadlines.clear(controller);
  }
}

function judge(status: number): Pick<AttemptResult, 'outcome' | 'error'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', error: null };
  return { outcome: 'failed', error: status >= 300 && status < 400 ? 'redirect' : 'status' };
}

/**
 * Takes the body, so that the connection can be used again; what is long, or does not end, is let go of instead: unread
 * bodies hold on to their connection, of which there are six. Never throws.
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
    // Reset, or aborted by a deadline: the status has been read, and it decides.
  }
}

/** A body that can be taken in one step: its length is said, and it does not grow when it is unpacked. */
function isShort({ headers }: Response): boolean {
  const length = headers.get('content-length');
  if (length === null || headers.has('content-encoding')) return false;
  return /^\d{1,4}$/.test(length) && Number(length) <= LIMITS.MAX_RESPONSE_BYTES;
}
