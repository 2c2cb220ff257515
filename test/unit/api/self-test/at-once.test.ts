import { expect, it } from 'vitest';
import { mostAtOnce } from '../../../../src/api/self-test/at-once';
import type { Held } from '../../../../src/delivery/held-requests';

/** Requests of a second each, over so many connections; `skew` ms is how wrong every other clock is. */
function over(connections: number, count: number, skew = 0): Held[] {
  return Array.from({ length: count }, (_, n) => {
    const arrived = Math.floor(n / connections) * 1010 + n + (n % 2) * skew;
    return { arrived, answered: arrived + 1000 };
  });
}

it('is as many as there are connections', () => {
  expect(mostAtOnce(over(6, 24))).toBe(6);
  expect(mostAtOnce(over(24, 24))).toBe(24);
  expect(mostAtOnce(over(1, 3))).toBe(1);
});

it('is so with clocks that differ a little', () => {
  expect(mostAtOnce(over(6, 24, 150))).toBe(6);
  expect(mostAtOnce(over(6, 24, -150))).toBe(6);
});

it('leaves out what was not answered', () => {
  const failed: Held = { failure: { error: 'status', status: 403, cloudflareCode: null } };
  expect(mostAtOnce([failed, ...over(2, 4), failed])).toBe(2);
  expect(mostAtOnce([failed])).toBe(0);
});
