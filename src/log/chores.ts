/**
 * Chores: work of an object that waits for a moment. There is one list of them, which the alarm walks to do what is due,
 * and its arranging walks to find when the next one is due. So none can be forgotten in one of the two.
 */

export type Chore = {
  /** What it is called in log lines. */
  name: string;
  /** When it is due, ms since 1970; null for never. */
  dueAt: () => number | null;
  /** `now` in ms since 1970. A promise is for work that the alarm has to wait for. */
  run: (now: number) => void | Promise<void>;
  /** It is run with every alarm: what a crash interrupted shows in no due time. Cheap when there is nothing to do. */
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

/**
 * Does what is due. A chore that fails does not keep the others from being done, and is due again: an alarm that throws
 * is dropped by the runtime after six tries.
 */
export async function runDue(
  chores: readonly Chore[],
  now: number,
  failed: (chore: string, error: unknown) => void,
): Promise<void> {
  const unfinished: Promise<void>[] = [];
  for (const { name, dueAt, run, always } of chores) {
    try {
      const at = dueAt();
      if (always !== true && (at === null || at > now)) continue;
      const running = run(now);
      if (running instanceof Promise) unfinished.push(running.catch(error => failed(name, error)));
    } catch (error) {
      failed(name, error);
    }
  }
  await Promise.all(unfinished);
}
