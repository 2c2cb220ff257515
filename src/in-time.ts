/** Waiting, but not for ever. What is waited for goes on after that. */
import { PLATFORM_CLOCK } from './clock';

/** What `work` brings, or what `late` gives where that takes longer than `ms`. `late` may end the work. */
export async function inTime<T>(work: Promise<T>, ms: number, late: () => T): Promise<T> {
  const { promise: limit, resolve } = Promise.withResolvers<T>();
  const cancel = PLATFORM_CLOCK.later(ms, () => resolve(late()));
  try {
    return await Promise.race([work, limit]);
  } finally {
    cancel();
  }
}
