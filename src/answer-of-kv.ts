/** What KV answers, where it answers in time: it may do neither that nor fail. */
import { inTime } from './in-time';

/** How long lists and large values are waited for. */
const PATIENCE_MS = 10_000;
const LATE = Symbol('late');

/** Throws what KV throws, and an error where it takes more than `ms`. */
export async function answerOfKv<T>(asked: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  const answer = await inTime<T | typeof LATE>(asked, ms, () => LATE);
  if (answer === LATE) throw new Error(kvSilence(ms));
  return answer;
}

/** Says that KV has not answered for so long. */
export const kvSilence = (ms: number): string => `KV has not answered for ${ms / 1000} s.`;
