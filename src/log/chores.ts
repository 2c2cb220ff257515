/**
 * Chores: work of an object that waits for a time.
 *
 * All chores are in one list. The alarm runs the due ones of that list, and the same list tells when to set the alarm.
 * So no chore can be missing from only one of the two.
 */

export type Chore = {
  /** Its name in log lines. */
  name: string;
  /** When it is due, ms since 1970; null for never. */
  dueAt: () => number | null;
  /** `now` in ms since 1970. The alarm waits for a promise. */
  run: (now: number) => void | Promise<void>;
  /** Run it with every alarm, because work that a crash interrupted has no due time. Cheap when there is none. */
  always?: true;
};

/** When the next chore is due, ms since 1970, or null. */
export function nextDueAt(chores: readonly Chore[]): number | null {
  let next: number | null = null;
  for (const { dueAt } of chores) {
    const at = dueAt();
    if (at !== null && (next === null || at < next)) next = at;
  }
  return next;
}

const isDue = (at: number | null, now: number): boolean => at !== null && at <= now;

/**
 * Runs what is due by `now` (ms since 1970). Never rejects, because the runtime drops an alarm that threw six times. A
 * chore that fails is told to `failed` and stays due; the others run all the same.
 */
export async function runDue(
  chores: readonly Chore[],
  now: number,
  failed: (chore: string, error: unknown) => void,
): Promise<void> {
  const unfinished: Promise<void>[] = [];
  for (const { name, dueAt, run, always } of chores) {
    try {
      if (always !== true && !isDue(dueAt(), now)) continue;
      const running = run(now);
      if (running instanceof Promise) unfinished.push(running.catch(error => failed(name, error)));
    } catch (error) {
      failed(name, error);
    }
  }
  await Promise.all(unfinished);
}
