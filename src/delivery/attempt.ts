/**
 * One attempt to deliver one event: a POST, and what came of it.
 *
 * Every failure is a value; nothing is thrown, whatever the receiver does. What a receiver can cost is bounded: the
 * timeout until its headers are in, then one second and 4 KiB of its body, and its connection is let go. The outcome
 * is the status: a 2xx stays delivered when its body hangs, drips or breaks off. Redirects are not followed: the
 * signed body is meant for the URL that was configured and checked.
 */
import { LIMITS } from '../limits';
import { destinationUrl } from './destination-url';
import type { AttemptResult, CourierTarget, OutgoingEvent } from './outgoing';
import { outgoingHeaders } from './outgoing-headers';
import { parseRetryAfter } from './retry-schedule';
import { urlProblem } from './url-policy';

/** Longest wait for the body once the headers are in: an excerpt for people is not worth a connection for longer. */
const BODY_WAIT_MS = 1000;

export type AttemptDeps = {
  fetch: typeof fetch;
  /** ms since 1970 */
  now: () => number;
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
    responseExcerpt: '',
  });
  if (urlProblem(target.url, allowPrivate) !== null) return unanswered('refused_url');

  const controller = new AbortController();
  const abort = () => controller.abort();
  const timers = [setTimeout(abort, target.timeoutMs)];
  try {
    const response = await fetch(destinationUrl(target.url, event.query), {
      method: 'POST',
      headers: await outgoingHeaders(target, event, at),
      body: event.body,
      redirect: 'manual',
      signal: controller.signal,
    });
    timers.push(setTimeout(abort, BODY_WAIT_MS));
    const retryAfter = [429, 503].includes(response.status) ? response.headers.get('retry-after') : null;
    const retryAfterMs = parseRetryAfter(retryAfter, now());
    const responseExcerpt = await excerptOf(response);
    const durationMs = now() - at;
    return {
      ...judge(response.status),
      status: response.status,
      at,
      durationMs,
      retryAfterMs,
      responseExcerpt,
    };
  } catch {
    return unanswered(controller.signal.aborted ? 'timeout' : 'connection');
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

function judge(status: number): Pick<AttemptResult, 'outcome' | 'error'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered', error: null };
  return { outcome: 'failed', error: status >= 300 && status < 400 ? 'redirect' : 'status' };
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The first bytes of the body as text, at most 4 KiB of UTF-8; what there is of them when it breaks off. Never throws. */
async function excerptOf(response: Response): Promise<string> {
  if (response.body === null) return '';
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const parts: Uint8Array[] = [];
  let left = LIMITS.MAX_RESPONSE_BYTES;
  try {
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value.subarray(0, left));
      left -= Math.min(left, value.length);
    }
  } catch {
    // Reset, or aborted by a timer: the status has been read, and it decides.
  }
  // Unread bodies hold on to their connection, of which there are six.
  reader.cancel().catch(() => {});
  return textOf(parts);
}

/** `stream` leaves out a character cut in half. Bytes that are not UTF-8 become longer as text: cut once more. */
function textOf(parts: readonly Uint8Array[]): string {
  const text = parts.map(part => decoder.decode(part, { stream: true })).join('');
  // Forgets the half character.
  decoder.decode();
  if (text.length * 3 <= LIMITS.MAX_RESPONSE_BYTES) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(LIMITS.MAX_RESPONSE_BYTES)).read);
}
