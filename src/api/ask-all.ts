/**
 * Asks many objects within a fixed time, and says which ones were left out.
 *
 * Prometheus waits ten seconds, and an object that was evicted takes over a hundred milliseconds to wake; an answer about nearly
 * all webhooks is worth more than none. So objects are asked forty at a time (calls to objects open no connection of the six that
 * a Worker has), and what has not answered when the time is up is left out.
 */
import type { Clock } from '../clock';
import { inTurns } from '../in-turns';

/** Why there is no answer: the object could not be reached, or the time was up first. */
export type LeftOut = 'unreachable' | 'late';

const AT_ONCE = 40;
/** Two seconds before Prometheus gives up, for the list before and the way of the answer. */
const WITHIN_MS = 7000;

/**
 * The answers in the order of the items.
 * @param ask null where the object could not be reached; must not reject
 */
export async function askAll<T, A>(
  items: readonly T[],
  ask: (item: T) => Promise<A | null>,
  clock: Clock,
): Promise<{ item: T; answer: A | LeftOut }[]> {
  const answers = items.map((item): { item: T; answer: A | LeftOut } => ({ item, answer: 'late' }));
  const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
  let isOver = false;
  const cancel = clock.later(WITHIN_MS, () => {
    isOver = true;
    resolve();
  });
  const asked = inTurns(answers, AT_ONCE, async one => {
    if (isOver) return;
    const answer = await ask(one.item);
    // What comes after the time is not in the answer that was given.
    if (!isOver) one.answer = answer ?? 'unreachable';
  });
  await Promise.race([timeIsUp, asked]);
  cancel();
  return answers;
}
