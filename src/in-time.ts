import { PLATFORM_CLOCK } from './clock';

/** What `work` brings, or what `late` gives where that takes longer than `ms`. The work goes on then, unless `late` ends it. */
export async function inTime<T>(work: Promise<T>, ms: number, late: () => T): Promise<T> {
  const { promise: limit, resolve } = Promise.withResolvers<T>();
  const cancel = PLATFORM_CLOCK.later(ms, () => resolve(late()));
  try {
    return await Promise.race([work, limit]);
  } finally {
    cancel();
  }
}
