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

const LATE = Symbol('late');

/** What KV answers. Throws what it throws, and an error where it takes more than `ms`. */
export async function answerOfKv<T>(asked: Promise<T>, ms: number): Promise<T> {
  const answer = await inTime<T | typeof LATE>(asked, ms, () => LATE);
  if (answer === LATE) throw new Error(`KV has not answered for ${ms / 1000} s.`);
  return answer;
}
