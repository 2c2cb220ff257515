/**
 * A destination's `rate_per_second` as a token bucket. Pure. The bucket holds the tokens of a quarter of a second, so
 * that no second after a rest has many more events than the rate. It begins empty, so restarts do not raise the rate.
 */

/** Seconds of its rate that a bucket holds. */
const BURST_SECONDS = 0.25;

/** The bucket as it was at `at`, ms since 1970. Each event takes one token. */
export type Pace = { tokens: number; at: number };

/** An empty bucket. `now` in ms since 1970. */
export const emptyPace = (now: number): Pace => ({ tokens: 0, at: now });

/** The bucket at `now` (ms since 1970). @param rate events per second */
export function refill(pace: Pace, rate: number, now: number): Pace {
  const earned = (Math.max(0, now - pace.at) / 1000) * rate;
  return { tokens: Math.min(Math.max(1, rate * BURST_SECONDS), pace.tokens + earned), at: now };
}

/** When the bucket has a token, ms since 1970. @param pace refilled just now */
export function nextTokenAt(pace: Pace, rate: number): number {
  return pace.tokens >= 1 ? pace.at : pace.at + Math.ceil(((1 - pace.tokens) / rate) * 1000);
}
