/** The time as an object sees it, passed in so that tests can have their own. */
export type Clock = {
  /** ms since 1970 */
  now: () => number;
  /** Runs `action` after `ms`; returns what cancels it. */
  later: (ms: number, action: () => void) => () => void;
};
