/** What tests of the numbering core begin with: an old numbering that was received, and a new one after it. */
import { range, Sequence } from './sequence';

export const GRACE_MS = 60_000;
export const EXPIRES_MS = 374_400_000;
export const SETTINGS = { graceMs: GRACE_MS, expiresMs: EXPIRES_MS };
export const OLD = { bytes: 'old' };
export const NEW = { bytes: 'new' };
/** The provider's clock when the second numbering began. */
export const T = Date.UTC(2026, 10, 20);

/** A numbering `1..highest` received without a hole, long enough ago. */
export function received(highest: number, from = 1): Sequence {
  const sequence = new Sequence(SETTINGS);
  sequence.offerAll(range(from, highest), OLD);
  sequence.wait(GRACE_MS + 1);
  return sequence;
}
