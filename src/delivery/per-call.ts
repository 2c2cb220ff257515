/**
 * What all events of one call have in common is worked out for the first of them, and kept for as long as the call's target. A
 * target does not change: whoever calls makes a new one.
 */
import type { CourierTarget } from './outgoing';

/** The work, done once per target. */
export function perCall<T>(work: (target: CourierTarget) => T): (target: CourierTarget) => T {
  const done = new WeakMap<CourierTarget, { result: T }>();
  return target => {
    const before = done.get(target);
    if (before !== undefined) return before.result;
    const result = work(target);
    done.set(target, { result });
    return result;
  };
}
