/**
 * How much happened in each hour of the last day, by the hours of the clock in UTC: 24 numbers, whatever the traffic. Pure.
 *
 * An hour whose count is not known is null, never 0: the day in which a release began to count, and what lies before a clock
 * that went back by more than a day. A clock that goes back by less counts in the hour it shows.
 */

const HOURS = 24;
const HOUR_MS = 3_600_000;

/** `hour`: the latest one that is counted, in hours since 1970. `counts`: those of the 24 hours up to it, the latest last. */
export type HourCounts = { readonly hour: number; readonly counts: readonly (number | null)[] };

/** Nothing has happened yet. */
export const NOTHING_COUNTED: HourCounts = { hour: 0, counts: Array<number>(HOURS).fill(0) };

const hourOf = (at: number): number => Math.floor(at / HOUR_MS);

/** Nobody counted what happened up to `at`, ms since 1970, and nothing happened since. */
export const unknownUpTo = (at: number): HourCounts => ({
  hour: hourOf(at),
  counts: Array<null>(HOURS).fill(null),
});

/** The counts with `by` more at `at`, ms since 1970. */
export function countedAt(before: HourCounts, at: number, by = 1): HourCounts {
  const hour = hourOf(at);
  if (before.hour - hour >= HOURS) {
    return { hour, counts: [...Array<null>(HOURS - 1).fill(null), by] };
  }
  const latest = Math.max(hour, before.hour);
  const counts = countsUpTo(before, latest);
  const index = HOURS - 1 - (latest - hour);
  const count = counts[index] ?? null;
  return { hour: latest, counts: counts.with(index, count === null ? null : count + by) };
}

/** The counts of the 24 hours up to the running one, which is the last. `now` in ms since 1970. */
export const lastDay = (counts: HourCounts, now: number): (number | null)[] =>
  countsUpTo(counts, hourOf(now));

/** Their sum; null where a part of it is not known. */
export const sumOf = (counts: readonly (number | null)[]): number | null =>
  counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);

function countsUpTo({ hour, counts }: HourCounts, last: number): (number | null)[] {
  return Array.from({ length: HOURS }, (_, index) => {
    const at = index + last - hour;
    return at >= HOURS ? 0 : (counts[at] ?? null);
  });
}
