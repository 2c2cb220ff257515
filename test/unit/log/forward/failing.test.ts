import { expect, it } from 'vitest';
import { type Failing, failedAgain, lastsAt } from '../../../../src/log/forward/failing';

const NOW = Date.UTC(2026, 10, 2);
const MINUTE = 60_000;
const failed = (operational = false, topics = ['order:created']) => ({
  ...{ event: { operational, topics }, error: 'status', status: 500 },
});
const after = (...ends: ReturnType<typeof failed>[]): Failing | null =>
  ends.reduce<Failing | null>((before, end, index) => failedAgain(before, end, NOW + index * 1000), null);

it('lasts from its second failed attempt on, five minutes after the first', () => {
  expect(lastsAt(after(failed()))).toBeNull();
  expect(lastsAt(after(failed(), failed()))).toBe(NOW + 5 * MINUTE);
});

it('does not count attempts of notices', () => {
  expect(lastsAt(after(failed(true), failed(true), failed()))).toBeNull();
  expect(lastsAt(after(failed(true), failed(), failed()))).toBe(NOW + 5 * MINUTE);
});

it('has each topic once, and not all of many', () => {
  const topics = Array.from({ length: 30 }, (_, index) => `order:${index}`);
  expect(after(failed(false, ['a']), failed(false, ['a', 'b']))?.topics).toEqual(['a', 'b']);
  expect(after(failed(false, topics))?.topics).toHaveLength(10);
});
