/** Counts by the minute: over minutes, quiet hours, upgrades, and clocks that jump. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  countedInMinute,
  lastHour,
  type MinuteCounts,
  NO_MINUTES,
  summed,
  uncountedUpTo,
} from '../../src/minute-counts';
import { DAY, HOUR, MINUTE } from '../support/durations';

const NOON = 20_000 * DAY + 12 * HOUR;
const counted = (times: readonly number[], from: MinuteCounts = NO_MINUTES): MinuteCounts =>
  times.reduce(countedInMinute, from);
const last = (count: number, counts: MinuteCounts, now: number) => lastHour(counts, now).slice(-count);

it('counts of minutes change with the clock, and are 60 whatever happens', () => {
  const counts = counted([NOON, NOON + MINUTE - 1, NOON + MINUTE, NOON + 3 * MINUTE]);
  expect(last(5, counts, NOON + 3 * MINUTE)).toEqual([0, 2, 1, 0, 1]);
  expect(lastHour(counts, NOON + 60 * MINUTE)).toEqual([1, 0, 1, ...Array(57).fill(0)]);
  expect(lastHour(counts, NOON + DAY)).toEqual(Array(60).fill(0));
});

it('counts of minutes are those of a list of times that is never thrown away, and no more than 60 are kept', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 * MINUTE }), { maxLength: 100 }), steps => {
      let now = NOON;
      const times = steps.map(step => (now += step));
      const counts = counted(times);
      const minute = (at: number) => Math.floor(at / MINUTE);
      expect(lastHour(counts, now)).toEqual(
        Array.from({ length: 60 }, (_, i) => times.filter(at => minute(at) === minute(now) - 59 + i).length),
      );
      expect(counts.counts.length).toBeLessThanOrEqual(60);
    }),
  ));

it('a minute in which nobody counted is not known, in a sum neither', () => {
  const counts = counted([NOON + 2 * MINUTE], uncountedUpTo(NOON));
  expect(last(4, counts, NOON + 2 * MINUTE)).toEqual([null, null, 0, 1]);
  const both = summed([lastHour(counts, NOON + 2 * MINUTE), Array(60).fill(2)]);
  expect(both.slice(-4)).toEqual([null, null, 2, 3]);
  expect(summed([])).toEqual(Array(60).fill(0));
});

it('a clock that goes back counts in the latest minute; by more than an hour, counting begins anew', () => {
  expect(last(2, counted([NOON, NOON - 5 * MINUTE]), NOON)).toEqual([0, 2]);
  const back = counted([NOON + DAY, NOON]);
  expect(last(2, back, NOON)).toEqual([null, 1]);
});
