/**
 * Which webhooks the hourly round asks, by what they said when they were last asked. Pure.
 *
 * One whose due time has passed should have moved on; if its alarm is gone, the question sets it again. One that had nothing
 * due may have got work since and lost the alarm for it, so everyone is asked from time to time.
 */

/** What a webhook said: when it has work to do, ms since 1970 (null for never), and when it said so. */
export type Said = { dueAt: number | null; at: number };

/** Everyone is asked this often at least. */
const AT_LEAST_EVERY_MS = 6 * 60 * 60 * 1000;

/**
 * The ids to ask now, those that wait longest first, at most `max`. Who was never asked comes first, in any order: if a round
 * breaks off before it can note anything, the next one begins with others.
 * @param now ms since 1970
 * @param random 0 ≤ n < 1
 */
export function whomToWake(
  ids: readonly number[],
  said: ReadonlyMap<number, Said>,
  now: number,
  max: number,
  random: () => number,
): number[] {
  const waiting: { id: number; since: number }[] = [];
  for (const id of ids) {
    const last = said.get(id);
    const since =
      last === undefined
        ? -random()
        : Math.min(last.dueAt ?? Number.POSITIVE_INFINITY, last.at + AT_LEAST_EVERY_MS);
    if (since <= now) waiting.push({ id, since });
  }
  return waiting
    .sort((a, b) => a.since - b.since)
    .slice(0, max)
    .map(({ id }) => id);
}
