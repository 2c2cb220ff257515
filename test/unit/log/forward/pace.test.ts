import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyPace, nextTokenAt, refill, restoredPace } from '../../../../src/log/forward/pace';

const NOW = Date.UTC(2026, 10, 20);

describe('a pace', () => {
  it('begins empty and holds a quarter of a second of its rate', () => {
    expect(emptyPace(NOW).tokens).toBe(0);
    expect(refill(emptyPace(NOW), 20, NOW + 200).tokens).toBe(4);
    expect(refill(emptyPace(NOW), 20, NOW + 3_600_000).tokens).toBe(5);
  });

  it('holds one event where the rate is less than one a second', () => {
    const pace = refill(emptyPace(NOW), 0.01, NOW + 1_000_000);
    expect(pace.tokens).toBe(1);
    expect(nextTokenAt(pace, 0.01)).toBe(pace.at);
    expect(nextTokenAt({ tokens: 0, at: NOW }, 0.01)).toBe(NOW + 100_000);
  });

  it('goes on where it was stored, with one event at most', () => {
    expect(restoredPace({ tokens: 0.5, at: NOW }, 0.01, NOW + 25_000).tokens).toBe(0.75);
    expect(restoredPace({ tokens: 5, at: NOW }, 20, NOW + 60_000)).toEqual({ tokens: 1, at: NOW + 60_000 });
  });

  it('earns nothing when the clock goes back', () => {
    expect(refill({ tokens: 1, at: NOW }, 10, NOW - 5000)).toEqual({ tokens: 1, at: NOW - 5000 });
  });

  it('has a token when it says so, and never gives more than its rate', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 10_000, noNaN: true }),
        fc.array(fc.nat(3000), { minLength: 1, maxLength: 50 }),
        (rate, waits) => {
          let pace = emptyPace(NOW);
          let now = NOW;
          let given = 0;
          for (const wait of waits) {
            const at = nextTokenAt(pace, rate);
            // A millisecond may be lost to rounding.
            expect(Math.floor(refill(pace, rate, at + 1).tokens)).toBeGreaterThanOrEqual(1);
            now += wait;
            pace = refill(pace, rate, now);
            const taken = Math.floor(pace.tokens);
            given += taken;
            pace = { ...pace, tokens: pace.tokens - taken };
          }
          expect(given).toBeLessThanOrEqual(((now - NOW) / 1000) * rate + 1e-6);
        },
      ),
    );
  });
});
