/** `max_in_flight` and `rate_per_second` are made use of, and never exceeded. */
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../support/durations';
import { fails, works } from '../../support/simulation/replies';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

describe('the limits of a destination', () => {
  it.each([1, 2, 5, 6, 7, 13, 24, 127, 128])('max_in_flight %i is used up and never exceeded', maxInFlight =>
    scene([destinationRecord('a', { maxInFlight })], async s => {
      await s.append(4000);
      await s.wait(20 * SECOND);
      expect(s.mostInFlight).toBe(maxInFlight);
      expect(s.mostCalls).toBeLessThanOrEqual(24);
    }),
  );

  it('max_in_flight holds at once when it is lowered under load', () =>
    scene([destinationRecord('a', { maxInFlight: 24 })], async s => {
      await s.append(4000);
      await s.wait(2 * SECOND);
      s.world.patch('a', { maxInFlight: 5 });
      // What was begun may end.
      await s.wait(6 * SECOND);
      s.mostInFlight = 0;
      await s.wait(5 * SECOND);
      expect(s.mostInFlight).toBe(5);
    }));

  it.each([0.5, 3, 50])('rate_per_second %d is kept, and made use of', ratePerSecond =>
    scene([destinationRecord('a', { ratePerSecond })], async s => {
      await s.append(2000);
      await s.wait(30 * SECOND);
      const ideal = 30 * ratePerSecond;
      expect(s.attempts.length).toBeLessThanOrEqual(ideal + Math.max(1, ratePerSecond));
      expect(s.attempts.length).toBeGreaterThanOrEqual(Math.floor(ideal * 0.9) - 1);
    }),
  );

  it('a rate that is set after a flood does not have to pay for the flood', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      s.reply = works;
      await s.append(5000);
      await s.wait(MINUTE);
      s.world.patch('a', { ratePerSecond: 10 });
      s.attempts.length = 0;
      await s.append(100);
      await s.wait(5 * SECOND);
      expect(s.attempts.length).toBeGreaterThanOrEqual(45);
    }));

  it('a rate holds while a circuit recovers, and for retries', () =>
    scene([destinationRecord('a', { ratePerSecond: 2, retrySchedule: [5, 5, 5, 5, 5] })], async s => {
      s.reply = fails;
      await s.append(200);
      await s.wait(10 * MINUTE);
      s.reply = works;
      const from = s.world.time.now;
      await s.wait(90 * SECOND);
      const starts = s.attempts.filter(({ at }) => at > from).length;
      expect(starts).toBeLessThanOrEqual(182);
      expect(starts).toBeGreaterThan(40);
    }));
});
