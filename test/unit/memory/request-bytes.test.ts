import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { MemoryBudget } from '../../../src/memory/budget';

const KIB = 1024;
const LARGE = LIMITS.SMALL_BODY_BYTES + 1;

/** Room for ten large bodies, four of them unfinished. */
function budget() {
  const time = { now: 1000 };
  const { requests } = new MemoryBudget({ requests: 10 * LARGE, unfinished: 4 * LARGE, now: () => time.now });
  const begin = (bytes = LARGE) => {
    const share = requests.share();
    return { share, begun: share.grow(bytes) };
  };
  return { time, requests, begin };
}

describe('the bodies of requests', () => {
  it('that are not complete leave room to those that are, and to small ones', () => {
    const { requests, begin } = budget();
    expect([1, 2, 3, 4, 5].map(() => begin().begun)).toEqual([true, true, true, true, false]);
    expect(begin(LIMITS.SMALL_BODY_BYTES).begun).toBe(true);
    expect(requests.bytes).toBe(4 * LARGE + LIMITS.SMALL_BODY_BYTES);
  });

  it('count as complete once they are, until they are answered', () => {
    const { requests, begin } = budget();
    const complete = Array.from({ length: 10 }, () => {
      const { share, begun } = begin();
      expect(begun).toBe(true);
      expect(share.hold(LARGE)).toBe(true);
      return share;
    });
    expect(begin().begun).toBe(false);
    expect(begin(1).begun).toBe(false);
    complete[0]?.end();
    complete[0]?.end();
    expect(requests.bytes).toBe(9 * LARGE);
    expect(begin().begun).toBe(true);
  });

  it('keep what they had when they cannot have more', () => {
    const { requests, begin } = budget();
    const { share } = begin();
    expect(share.grow(5 * LARGE)).toBe(false);
    expect(requests.bytes).toBe(LARGE);
    expect(share.grow(KIB)).toBe(true);
    expect(requests.bytes).toBe(LARGE);
    expect(share.hold(11 * LARGE)).toBe(false);
    expect(requests.bytes).toBe(LARGE);
    expect(share.hold(KIB)).toBe(true);
    expect(requests.bytes).toBe(KIB);
  });

  it('that ended without notice take nothing from the next ones for longer than they may last', () => {
    const { time, requests, begin } = budget();
    const lost = begin();
    expect(lost.share.grow(4 * LARGE)).toBe(true);
    const complete = begin(KIB);
    complete.share.hold(5 * LARGE);
    time.now += LIMITS.MAX_BODY_READ_MS - 1;
    expect(begin().begun).toBe(false);
    time.now += 1;
    expect(begin().begun).toBe(true);
    expect(requests.bytes).toBe(6 * LARGE);
    expect(begin().share.hold(10 * LARGE)).toBe(false);
    time.now += LIMITS.MAX_REQUEST_MS;
    expect(begin().share.hold(10 * LARGE)).toBe(true);
    // What they had is not given back twice.
    lost.share.end();
    complete.share.end();
    expect(requests.bytes).toBe(10 * LARGE);
  });

  it('that counted for too long count again when they go on', () => {
    const { time, requests, begin } = budget();
    const slow = begin();
    time.now += LIMITS.MAX_BODY_READ_MS;
    const others = [begin(), begin(), begin(), begin()];
    expect(others.map(({ begun }) => begun)).toEqual([true, true, true, true]);
    expect(requests.bytes).toBe(4 * LARGE);
    expect(slow.share.hold(LARGE)).toBe(true);
    expect(requests.bytes).toBe(5 * LARGE);
  });
});
