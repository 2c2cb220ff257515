/**
 * The time at which a request was signed, where a scheme has one. It must be the time of the attempt: a provider that signs
 * the time of the event, and retries for days, would fail any check of the age.
 */
import { parseRfc3339 } from '../time';
import type { TimeFormat } from './scheme';

/** The text of a timestamp as ms since 1970; null when it is not written in its format. */
export function readTime(text: string, format: TimeFormat): number | null {
  switch (format) {
    // From 2001 to 2286 all times have this many digits. With another length, it would be open where the time ends and
    // the body begins in `{ts}{body}`.
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

/** A time in the format; cut to whole seconds in all formats but `ms`. */
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

/** Whether the text of `settings.tolerance_seconds` is valid: whole seconds, up to a week. */
export const isTolerance = (text: string): boolean => /^[1-9]\d{0,5}$/.test(text) && Number(text) <= 604_800;

/** Whether a time is further from now than is tolerated, in the past or the future. Both in ms since 1970. */
export const isOutsideTolerance = (ms: number, toleranceSeconds: number | null, nowMs: number): boolean =>
  toleranceSeconds !== null && Math.abs(nowMs - ms) > toleranceSeconds * 1000;

/** `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that may be sent (RFC 9110, section 5.6.7). */
function readHttpDate(text: string): number | null {
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return null;
  const ms = Date.parse(text);
  // The parser corrects 31 June or a wrong weekday. Such a text does not come back unchanged, and is no date.
  return !Number.isNaN(ms) && new Date(ms).toUTCString() === text ? ms : null;
}
