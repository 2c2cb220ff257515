/**
 * A destination's `rate_per_second` as a token bucket that holds one second's worth. Pure. A restart begins with an
 * empty bucket, so that it cannot be used to go faster than asked.
 */

export type Pace = { tokens: number; at: number };

/** `now` in ms since 1970. */
export const emptyPace = (now: number): Pace => ({ tokens: 0, at: now });

/** The bucket filled up to now. @param rate events per second */
export function refill(pace: Pace, rate: number, now: number): Pace {
  const earned = (Math.max(0, now - pace.at) / 1000) * rate;
  return { tokens: Math.min(Math.max(1, rate), pace.tokens + earned), at: now };
}

/** When one more event may go, ms since 1970. The pace is already refilled. */
export function nextTokenAt(pace: Pace, rate: number): number {
  return pace.tokens >= 1 ? pace.at : pace.at + Math.ceil(((1 - pace.tokens) / rate) * 1000);
}
