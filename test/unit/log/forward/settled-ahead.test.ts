import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangesOf, sequencesOf, without } from '../../../../src/log/forward/settled-ahead';
import { range } from '../../../support/sequence';

describe('what is settled ahead', () => {
  it('is as many ranges as it has pieces', () => {
    expect(rangesOf([])).toEqual([]);
    expect(rangesOf([9, 3, 4, 5, 8, 12])).toEqual([
      [3, 5],
      [8, 9],
      [12, 12],
    ]);
  });

  it('is the same after it was stored', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 600 })), sequences => {
        const ranges = rangesOf(sequences);
        expect([...sequencesOf(ranges)]).toEqual(sequences.toSorted((a, b) => a - b));
        for (const [index, [from]] of ranges.entries())
          expect(from).toBeGreaterThan(ranges[index - 1]?.[1] ?? 0);
      }),
    ));

  it('is left out of a range, wherever it lies', () =>
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.uniqueArray(fc.nat(50)), (from, length, sequences) => {
        const left = without([from, from + length], sequences);
        const expected = range(from, from + length).filter(sequence => !sequences.includes(sequence));
        expect([...sequencesOf(left)]).toEqual(expected);
        expect(rangesOf(expected)).toEqual(left);
      }),
    ));
});
