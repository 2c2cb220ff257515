/**
 * When a delivery that failed is tried again. Pure: clock and randomness are passed in.
 * The destination's circuit and rate limit may delay it further.
 */
import { LIMITS } from '../limits';

const JITTER = 0.1;
const MAX_RETRY_AFTER_MS = LIMITS.MAX_RETRY_AFTER_SECONDS * 1000;

type FailedAttempt = {
  /** Number of the attempt that failed, from 1. */
  attempt: number;
  /** Waits before attempt 2, 3, …, in seconds: N entries mean N+1 attempts. */
  schedule: number[];
  /** ms since 1970 */
  now: number;
  /** In [0, 1). Spreads the wait by ±10 %, so that events that failed together are not all retried together. */
  random: number;
  /** What the destination asked for, in ms, or null. It can lengthen the wait to 24 h, never shorten it. */
  retryAfterMs: number | null;
};

/** ms since 1970 of the next attempt, or `dead` when the schedule has been used up. */
export function nextAttempt({
  attempt,
  schedule,
  now,
  random,
  retryAfterMs,
}: FailedAttempt): number | 'dead' {
  const seconds = schedule[attempt - 1];
  if (seconds === undefined) return 'dead';
  const wait = seconds * 1000 * (1 - JITTER + 2 * JITTER * random);
  return now + Math.round(Math.max(wait, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)));
}

/** The three spellings of an HTTP date a recipient must accept (RFC 9110 §5.6.7); `Date.parse` alone accepts far more. */
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850 = /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * A Retry-After value (RFC 9110 §10.2.3: seconds, or a date) as a wait in ms, at most 24 h, 0 for a time gone by.
 * Null where it is absent or neither.
 */
export function parseRetryAfter(value: string | null, now: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);

  const isDate = IMF_FIXDATE.test(text) || RFC_850.test(text) || ASCTIME.test(text);
  // asctime names no zone; it is GMT by definition.
  const at = isDate ? Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) : Number.NaN;
  if (Number.isNaN(at)) return null;
  return Math.min(Math.max(at - now, 0), MAX_RETRY_AFTER_MS);
}
