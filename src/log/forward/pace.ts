/**
 * A destination's `rate_per_second` as a token bucket. Pure. It holds a quarter of a second's worth, so that after a
 * rest no second sees much more than the rate. It is stored with the cursor: where the next event may go after a minute,
 * the object has left memory by then. A restart begins with one event at most, so that it cannot be used to go faster.
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

/** The bucket as it was stored, in an object that starts anew. */
export function restoredPace(stored: Pace, rate: number, now: number): Pace {
  const pace = refill(stored, rate, now);
  return { ...pace, tokens: Math.min(1, pace.tokens) };
}

/** When one more event may go, ms since 1970. The pace is already refilled. */
export function nextTokenAt(pace: Pace, rate: number): number {
  return pace.tokens >= 1 ? pace.at : pace.at + Math.ceil(((1 - pace.tokens) / rate) * 1000);
}
