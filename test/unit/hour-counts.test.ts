/** Counts by the hours of the clock: over hours, quiet days, and clocks that jump. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countedAt,
  type HourCounts,
  lastDay,
  NOTHING_COUNTED,
  sumOf,
  unknownUpTo,
} from '../../src/hour-counts';
import { DAY, HOUR, MINUTE } from '../support/durations';

/** Noon of a day. */
const NOON = 20_000 * DAY + 12 * HOUR;
const counted = (times: readonly number[], from: HourCounts = NOTHING_COUNTED): HourCounts =>
  times.reduce((counts, at) => countedAt(counts, at), from);
/** The last hours, the running one last. */
const last = (count: number, counts: HourCounts, now: number) => lastDay(counts, now).slice(-count);

describe('counts by hour', () => {
  it('change with the hour of the clock, and are 24 whatever happens', () => {
    const counts = counted([NOON, NOON + 59 * MINUTE, NOON + HOUR - 1, NOON + HOUR, NOON + 3 * HOUR]);
    expect(last(5, counts, NOON + 3 * HOUR)).toEqual([0, 3, 1, 0, 1]);
    expect(last(5, counts, NOON + 5 * HOUR)).toEqual([1, 0, 1, 0, 0]);
    expect(lastDay(counts, NOON + 26 * HOUR)).toEqual([1, ...Array(23).fill(0)]);
    expect(lastDay(counts, NOON + 30 * DAY)).toEqual(Array(24).fill(0));
    expect(lastDay(NOTHING_COUNTED, NOON)).toEqual(Array(24).fill(0));
  });

  it('are those of a list of times that is never thrown away', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 * HOUR }), { maxLength: 60 }), steps => {
        const times: number[] = [];
        let now = NOON;
        for (const step of steps) {
          now += step;
          times.push(now);
        }
        const hour = (at: number) => Math.floor(at / HOUR);
        const expected = Array.from({ length: 24 }, (_, i) => {
          return times.filter(at => hour(at) === hour(now) - 23 + i).length;
        });
        expect(lastDay(counted(times), now)).toEqual(expected);
      }),
    ));

  it('go to the hour that a clock shows which went back a little, and stay', () => {
    const counts = counted([NOON, NOON + 2 * HOUR, NOON, NOON + 2 * HOUR]);
    expect(last(3, counts, NOON + 2 * HOUR)).toEqual([2, 0, 2]);
    // What is ahead of the clock shows when it has come there.
    expect(last(2, counts, NOON)).toEqual([0, 2]);
  });

  it('begin anew where a clock goes back by more than a day, and do not say that nothing came before', () => {
    const counts = counted([NOON + 365 * DAY, NOON, NOON]);
    expect(lastDay(counts, NOON)).toEqual([...Array(23).fill(null), 2]);
    expect(last(2, countedAt(counts, NOON + HOUR), NOON + HOUR)).toEqual([2, 1]);
    expect(sumOf(lastDay(counts, NOON))).toBeNull();
  });

  it('of hours in which nobody counted are not known, and of quiet ones since then are 0', () => {
    const counts = unknownUpTo(NOON);
    expect(lastDay(counts, NOON)).toEqual(Array(24).fill(null));
    expect(last(3, countedAt(counts, NOON + 2 * HOUR, 5), NOON + 2 * HOUR)).toEqual([null, 0, 5]);
    // A part of the hour was not counted.
    expect(last(1, countedAt(counts, NOON + MINUTE), NOON + MINUTE)).toEqual([null]);
    expect(sumOf(lastDay(counts, NOON + 24 * HOUR))).toBe(0);
  });
});
