/** How many held requests waited at the same time. Pure. */
import type { Held } from '../../delivery/held-requests';

/**
 * So much of a request's time is left out at both ends. The next request over a connection arrives after the one before was
 * answered, but perhaps on another machine, whose clock is a little behind.
 */
const MARGIN = 0.1;

/** The most requests that were open at one moment, by the clocks of those who held them. */
export function mostAtOnce(held: readonly Held[]): number {
  const changes = held.flatMap(one => {
    if ('failure' in one) return [];
    const margin = (one.answered - one.arrived) * MARGIN;
    return [
      { at: one.arrived + margin, by: 1 },
      { at: one.answered - margin, by: -1 },
    ];
  });
  // An end counts before a beginning at the same moment.
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let [open, most] = [0, 0];
  for (const { by } of changes) {
    open += by;
    most = Math.max(most, open);
  }
  return most;
}
