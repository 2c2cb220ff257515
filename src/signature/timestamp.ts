/**
 * The time at which a request was signed, where a scheme carries one. Only attempt times belong here: a provider that
 * signs the time of the event and retries for days would fail any age check.
 */
import { parseRfc3339 } from '../time';
import type { TimeFormat } from './scheme';

/** The text of a timestamp as ms since 1970; null when it is not written in its format. */
export function readTime(text: string, format: TimeFormat): number | null {
  switch (format) {
    // From 2001 to 2286 a time has as many digits as now. Another length would leave open where the time ends in a
    // message and the body begins (`{ts}{body}`).
    case 's':
      return /^[1-9]\d{9}$/.test(text) ? Number(text) * 1000 : null;
    case 'ms':
      return /^[1-9]\d{12}$/.test(text) ? Number(text) : null;
    case 'rfc3339':
      return parseRfc3339(text);
    case 'http-date':
      return readHttpDate(text);
  }
}

/** A time in the format, cut to whole seconds where the format has no more. */
export function writeTime(ms: number, format: TimeFormat): string {
  switch (format) {
    case 's':
      return String(Math.floor(ms / 1000));
    case 'ms':
      return String(ms);
    case 'rfc3339':
      return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
    case 'http-date':
      return new Date(ms).toUTCString();
  }
}

/** Whether `settings.tolerance_seconds` says a tolerance: whole seconds, up to a week. */
export const isTolerance = (text: string): boolean => /^[1-9]\d{0,5}$/.test(text) && Number(text) <= 604_800;

/** Whether a time lies further from now than is tolerated, in the past or the future. Both in ms since 1970. */
export const isStale = (ms: number, toleranceSeconds: number | null, nowMs: number): boolean =>
  toleranceSeconds !== null && Math.abs(nowMs - ms) > toleranceSeconds * 1000;

/** `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that may be sent (RFC 9110, section 5.6.7). */
function readHttpDate(text: string): number | null {
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return null;
  const ms = Date.parse(text);
  // What the parser corrects, 31 June or a wrong weekday, is no date.
  return !Number.isNaN(ms) && new Date(ms).toUTCString() === text ? ms : null;
}
