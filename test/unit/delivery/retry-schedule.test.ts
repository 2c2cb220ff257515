import { describe, expect, it } from 'vitest';
import { nextAttempt, parseRetryAfter } from '../../../src/delivery/retry-schedule';

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const DAY_MS = 86_400_000;
const failed = (given: Partial<Parameters<typeof nextAttempt>[0]>) =>
  nextAttempt({ attempt: 1, schedule: [5, 300], now: NOW, random: 0.5, retryAfterMs: null, ...given });

describe('nextAttempt', () => {
  it('waits what the schedule says, then gives up: N entries are N+1 attempts', () => {
    expect([1, 2, 3, 4].map(attempt => failed({ attempt }))).toEqual([
      NOW + 5000,
      NOW + 300_000,
      'dead',
      'dead',
    ]);
    expect(failed({ schedule: [] })).toBe('dead');
  });

  it('spreads the wait by ten percent both ways', () => {
    expect(failed({ random: 0 })).toBe(NOW + 4500);
    expect(failed({ random: 1 - Number.EPSILON })).toBe(NOW + 5500);
  });

  it('lets Retry-After lengthen the wait but not shorten it', () => {
    expect(failed({ retryAfterMs: 60_000 })).toBe(NOW + 60_000);
    expect(failed({ retryAfterMs: 1000 })).toBe(NOW + 5000);
    expect(failed({ retryAfterMs: 0 })).toBe(NOW + 5000);
  });

  it('caps what Retry-After can ask for at a day, not the schedule', () => {
    expect(failed({ retryAfterMs: 10 * DAY_MS })).toBe(NOW + DAY_MS);
    expect(failed({ schedule: [172_800], retryAfterMs: 10 * DAY_MS })).toBe(NOW + 2 * DAY_MS);
  });

  it('does not let Retry-After revive a delivery', () => {
    expect(failed({ attempt: 3, retryAfterMs: 1000 })).toBe('dead');
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 120 ', 120_000],
    ['007', 7000],
    ['99999999999999999999999999', DAY_MS],
    ['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
    ['Friday, 20-Nov-26 12:00:30 GMT', 30_000],
    ['Fri Nov 20 12:00:30 2026', 30_000],
    ['Tue Dec  1 12:00:00 2026', DAY_MS],
    ['Fri, 20 Nov 2026 11:59:59 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Fri, 20 Nov 2099 12:00:00 GMT', DAY_MS],
  ])('reads %j', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });

  it.each([
    null,
    '',
    '-1',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '5s',
    '5, 10',
    'soon',
    '2026-11-20T12:00:30Z',
    'Fri, 20 Nov 2026 12:00:30 +0200',
    'Xxx, 99 Xxx 2026 12:00:30 GMT',
    '٣',
  ])('ignores %j', value => {
    expect(parseRetryAfter(value, NOW)).toBeNull();
  });
});
