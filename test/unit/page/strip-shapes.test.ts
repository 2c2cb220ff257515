/** What the strip draws: nothing lost however many ids a column stands for, and a shape of its own for each state. */
import { describe, expect, it } from 'vitest';
import { ID_STATES } from '../../../src/log/contract/sequence-map';
import { legendShape, stripPaths, totalsOf, worstOf } from '../../../src/page/strip-shapes';

const cell = (from: number, to: number, counts: object) => ({ from, to, counts });

describe('the strip', () => {
  it('shows one missing id among ten thousand', () => {
    const cells = [
      cell(1, 10_000, { received: 10_000 }),
      cell(10_001, 20_000, { received: 9999, missing: 1 }),
    ];
    const paths = stripPaths(cells);
    expect([...paths.keys()]).toEqual(['received', 'missing']);
    expect(paths.get('missing')).toContain('M8 0h6v16');
  });

  it('shows the worst of a column, and what was received below it', () => {
    expect(worstOf(cell(1, 4, { received: 1, late: 1, quarantined: 1, missing: 1 }))).toBe('missing');
    expect(worstOf(cell(1, 3, { ignored: 1, refilled: 1, late: 1 }))).toBe('late');
    expect([...stripPaths([cell(1, 2, { missing: 2 })]).keys()]).toEqual(['missing']);
  });

  it('has a shape for each state that no other has', () => {
    const shapes = ID_STATES.map(legendShape);
    expect(new Set(shapes).size).toBe(ID_STATES.length);
    for (const shape of shapes) expect(shape).not.toMatch(/NaN|undefined|\./);
  });

  it('counts every id once', () => {
    const cells = [cell(1, 4, { received: 2, missing: 2 }), cell(5, 5, { missing: 1 })];
    expect(totalsOf(cells)).toEqual([
      ['received', 2],
      ['missing', 3],
    ]);
  });
});
