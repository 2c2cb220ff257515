/** Times as people give and read them. */
import { err, ok, type Result } from '../../../src/result';
import { parseRfc3339, timeText } from '../../../src/time';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `2h`, `30m`, `1d` before `nowMs`, or a time with a zone, as the API takes it. An error is a sentence.
 * @param nowMs ms since 1970
 */
export function timeOf(text: string, nowMs: number): Result<string, string> {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = count === undefined ? parseRfc3339(text) : nowMs - Number(count) * (UNITS[unit] ?? 0);
  if (ms !== null) return ok(timeText(ms));
  return err(`must be like 2h, 30m, 1d or 2026-11-20T12:00:00Z, not ${text}`);
}

/** A time of the API as tables show it, in UTC; null stays null. */
export const shortTime = (time: string | null): string | null =>
  time === null ? null : time.slice(0, 19).replace('T', ' ');

/** How long ago, or in how long: `3 min ago`, `in 2 h`, `now`. */
export function relativeTime(time: string, nowMs: number): string {
  const ms = Date.parse(time) - nowMs;
  if (Math.abs(ms) < 1000) return 'now';
  const text = durationText(Math.abs(ms));
  return ms > 0 ? `in ${text}` : `${text} ago`;
}

/** In the largest unit of which there are two. */
export function durationText(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const) {
    if (ms >= 2 * size) return `${Math.round(ms / size)} ${unit}`;
  }
  return `${Math.round(ms / 1000)} s`;
}
