/** The time as an object sees it, passed in so that tests can have their own. */
export type Clock = {
  /** ms since 1970 */
  now: () => number;
  /** Runs `action` after `ms`; returns what cancels it. */
  later: (ms: number, action: () => void) => () => void;
};

/** The time of the runtime, and its timers. */
export const PLATFORM_CLOCK: Clock = {
  now: () => Date.now(),
  later: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
