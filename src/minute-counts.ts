/**
 * How much happened in each minute of the last hour: a number for each minute in which something did, whatever the traffic. Pure.
 *
 * A minute in which nobody counted is null, never 0: those before an upgrade. A clock that goes back counts in the latest minute; by more
 * than an hour, counting begins anew.
 */

export const MINUTES = 60;
const MINUTE_MS = 60_000;

/** Minutes since 1970: `since`: the first that was counted. `counts`: ascending, of the last hour before the latest. */
export type MinuteCounts = {
  readonly since: number;
  readonly counts: readonly (readonly [minute: number, count: number])[];
};

/** Nothing has happened yet. */
export const NO_MINUTES: MinuteCounts = { since: 0, counts: [] };

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS);

/** Nobody counted what happened up to `at`, ms since 1970, and nothing happened since. */
export const uncountedUpTo = (at: number): MinuteCounts => ({ since: minuteOf(at) + 1, counts: [] });

/** The counts with one more at `at`, ms since 1970. */
export function countedInMinute({ since, counts }: MinuteCounts, at: number): MinuteCounts {
  const minute = minuteOf(at);
  const last = counts.at(-1);
  if (last === undefined) return { since, counts: [[minute, 1]] };
  const [latest, count] = last;
  if (latest - minute >= MINUTES) return { since: minute, counts: [[minute, 1]] };
  if (minute <= latest) return { since, counts: [...counts.slice(0, -1), [latest, count + 1]] };
  const kept = counts.filter(([earlier]) => minute - earlier < MINUTES);
  return { since, counts: [...kept, [minute, 1]] };
}

/** The counts of the 60 minutes up to the running one, which is the last. `now` in ms since 1970. */
export function lastHour({ since, counts }: MinuteCounts, now: number): (number | null)[] {
  const last = minuteOf(now);
  const known = new Map(counts);
  return Array.from({ length: MINUTES }, (_, i) => {
    const minute = last - MINUTES + 1 + i;
    return minute < since ? null : (known.get(minute) ?? 0);
  });
}

/** Those of several, minute by minute; null where one of them is. */
export const summed = (all: readonly (readonly (number | null)[])[]): (number | null)[] =>
  Array.from({ length: MINUTES }, (_, i) =>
    all.reduce<number | null>((sum, counts) => {
      const count = counts[i] ?? null;
      return sum === null || count === null ? null : sum + count;
    }, 0),
  );
