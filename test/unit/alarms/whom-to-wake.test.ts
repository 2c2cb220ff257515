import { describe, expect, it } from 'vitest';
import { type Said, whomToWake } from '../../../src/alarms/whom-to-wake';
import { HOUR } from '../../support/durations';

const NOW = Date.UTC(2026, 10, 20, 12);
const said = (dueAt: number | null, at = NOW - HOUR): Said => ({ dueAt, at });

describe('the hourly round', () => {
  it('asks those whose time has passed, the longest first, and those that were not asked for six hours', () => {
    const known = new Map([
      [1, said(NOW + 1)],
      [2, said(NOW - 1)],
      [3, said(null)],
      [4, said(NOW - HOUR, NOW - 2 * HOUR)],
      [5, said(null, NOW - 6 * HOUR)],
    ]);
    expect(whomToWake([1, 2, 3, 4, 5, 6], known, NOW, 10, () => 0.5)).toEqual([6, 4, 2, 5]);
  });

  it('asks no more than it may, and comes to everyone with time', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => index + 1);
    const known = new Map<number, Said>();
    const asked = new Map<number, number>();
    let calls = 0;
    for (let hour = 0; hour < 24; hour++) {
      const now = NOW + hour * HOUR;
      const some = whomToWake(ids, known, now, 4000, Math.random);
      calls += some.length;
      expect(some.length).toBeLessThanOrEqual(4000);
      for (const id of some) {
        // A tenth of them always have something to do within the minute.
        known.set(id, { dueAt: id % 10 === 0 ? now + 60_000 : null, at: now });
        asked.set(id, now);
      }
    }
    expect(asked.size).toBe(10_000);
    expect(Math.min(...asked.values())).toBeGreaterThanOrEqual(NOW + 17 * HOUR);
    // 9,000 four times a day, 1,000 every hour.
    expect(calls).toBeLessThanOrEqual(9000 * 5 + 1000 * 24);
  });
});
