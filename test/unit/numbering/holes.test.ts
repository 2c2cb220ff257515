import { describe, expect, it } from 'vitest';
import {
  aged,
  boundHoles,
  changesAt,
  fillHole,
  type Hole,
  type HoleStatus,
  holeIndexOf,
  withHole,
} from '../../../src/numbering/holes';

const hole = (from: number, to: number, given: Partial<Hole> = {}): Hole => ({
  from,
  to,
  missing: to - from + 1,
  detectedAt: 0,
  status: 'young',
  ...given,
});
const spans = (holes: readonly Hole[]) => holes.map(({ from, to, missing }) => [from, to, missing]);
const missingOf = (holes: readonly Hole[]) => holes.reduce((sum, { missing }) => sum + missing, 0);

describe('holeIndexOf', () => {
  it('finds exactly the ids that a hole spans', () => {
    const holes = [hole(3, 3), hole(6, 8), hole(20, 2 ** 53 - 1)];
    const found = [1, 2, 3, 4, 5, 6, 7, 8, 9, 19, 20, 2 ** 53 - 1].map(id => holeIndexOf(holes, id));
    expect(found).toEqual([-1, -1, 0, -1, -1, 1, 1, 1, -1, -1, 2, 2]);
    expect(holeIndexOf([], 1)).toBe(-1);
  });
});

describe('withHole', () => {
  it('keeps the list sorted wherever the hole belongs', () => {
    const holes = [hole(5, 6), hole(10, 12)];
    expect(spans(withHole(holes, hole(14, 15)))).toEqual([
      [5, 6, 2],
      [10, 12, 3],
      [14, 15, 2],
    ]);
    expect(spans(withHole(holes, hole(8, 8)))).toEqual([
      [5, 6, 2],
      [8, 8, 1],
      [10, 12, 3],
    ]);
    expect(spans(withHole(holes, hole(1, 3)))).toEqual([
      [1, 3, 3],
      [5, 6, 2],
      [10, 12, 3],
    ]);
    expect(spans(withHole([], hole(1, 1)))).toEqual([[1, 1, 1]]);
    expect(spans(holes)).toEqual([
      [5, 6, 2],
      [10, 12, 3],
    ]);
  });
});

describe('fillHole', () => {
  const filled = (one: Hole, id: number) => fillHole([hole(1, 1), one, hole(90, 90)], 1, id);

  it.each([
    ['the start', 6, [[7, 9, 3]]],
    ['the end', 9, [[6, 8, 3]]],
    [
      'the middle',
      7,
      [
        [6, 6, 1],
        [8, 9, 2],
      ],
    ],
  ])('splits a hole filled at %s, which keeps its time and status', (_where, id, rest) => {
    const one = hole(6, 9, { detectedAt: 77, status: 'open' });
    const result = filled(one, id);
    expect(spans(result?.holes ?? [])).toEqual([[1, 1, 1], ...rest, [90, 90, 1]]);
    expect(result?.change).toMatchObject({ kind: 'filled', hole: one, id });
    for (const part of result?.holes.slice(1, -1) ?? []) {
      expect(part).toMatchObject({ detectedAt: 77, status: 'open' });
    }
  });

  it('removes a hole of one id', () => {
    expect(spans(filled(hole(6, 6), 6)?.holes ?? [])).toEqual([
      [1, 1, 1],
      [90, 90, 1],
    ]);
  });

  it('counts a merged range down, which loses an end only when that arrived', () => {
    const merged = hole(10, 20, { missing: 3 });
    expect(spans(filled(merged, 15)?.holes.slice(1, -1) ?? [])).toEqual([[10, 20, 2]]);
    expect(spans(filled(merged, 10)?.holes.slice(1, -1) ?? [])).toEqual([[11, 20, 2]]);
    expect(spans(filled(merged, 20)?.holes.slice(1, -1) ?? [])).toEqual([[10, 19, 2]]);
    expect(spans(filled(hole(10, 20, { missing: 1 }), 15)?.holes ?? [])).toEqual([
      [1, 1, 1],
      [90, 90, 1],
    ]);
  });

  it('is null where there is no hole', () => {
    expect(fillHole([hole(1, 1)], -1, 5)).toBeNull();
    expect(fillHole([hole(1, 1)], 1, 5)).toBeNull();
  });
});

describe('boundHoles', () => {
  it('merges the lowest until the list fits, and never loses a missing id', () => {
    const holes = [hole(2, 3), hole(5, 5), hole(8, 9), hole(11, 11)];
    const { holes: bounded, changes } = boundHoles(holes, 2);
    expect(spans(bounded)).toEqual([
      [2, 9, 5],
      [11, 11, 1],
    ]);
    expect(missingOf(bounded)).toBe(missingOf(holes));
    expect(changes.map(change => change.kind)).toEqual(['merged', 'merged']);
  });

  it('leaves a list within the limit alone', () => {
    const holes = [hole(2, 3), hole(5, 5)];
    const result = boundHoles(holes, 2);
    expect(result).toEqual({ holes, changes: [] });
    expect(result.holes).toBe(holes);
  });

  it.each<[HoleStatus, HoleStatus, HoleStatus]>([
    ['young', 'young', 'young'],
    ['young', 'open', 'open'],
    ['open', 'young', 'open'],
    ['open', 'expired', 'open'],
    ['expired', 'young', 'expired'],
    ['expired', 'expired', 'expired'],
  ])('lets %s and %s be %s: what the list shows stays in it', (lower, upper, merged) => {
    const holes = [
      hole(2, 2, { status: lower, detectedAt: 20 }),
      hole(4, 4, { status: upper, detectedAt: 10 }),
    ];
    expect(boundHoles(holes, 1).holes).toEqual([
      { from: 2, to: 4, missing: 2, status: merged, detectedAt: 10 },
    ]);
  });
});

describe('a hole that was closed by hand', () => {
  const closed = { status: 'resolved', detectedAt: 10 } as const;
  const open = { status: 'open' } as const;

  it('is merged with its like alone, where two of either kind follow each other', () => {
    const holes = [hole(2, 2, closed), hole(4, 4, open), hole(6, 6, open), hole(8, 8, closed)];
    expect(boundHoles(holes, 3).holes).toEqual([
      hole(2, 2, closed),
      { ...hole(4, 6, open), missing: 2 },
      hole(8, 8, closed),
    ]);
    const both = [hole(2, 2, closed), hole(4, 4, closed), hole(6, 6, open)];
    expect(boundHoles(both, 2).holes).toEqual([{ ...hole(2, 4, closed), missing: 2 }, hole(6, 6, open)]);
  });

  it('goes first where none follows its like, and its entry stays', () => {
    const holes = [hole(2, 2, open), hole(4, 4, closed), hole(6, 6, open)];
    expect(boundHoles(holes, 2)).toEqual({ holes: [hole(2, 2, open), hole(6, 6, open)], changes: [] });
  });
});

describe('a hole that grows older', () => {
  const patience = { graceMs: 60, expiresMs: 1000 };
  const at = (now: number, status: HoleStatus, doubtful = false, detectedAt = 100) =>
    aged({ hole: hole(1, 1, { detectedAt, status }), doubtful }, now, patience).status;

  it('opens when its grace has passed and expires in its time, to the millisecond', () => {
    expect([at(159, 'young'), at(160, 'young')]).toEqual(['young', 'open']);
    expect([at(1099, 'open'), at(1100, 'open')]).toEqual(['open', 'expired']);
  });

  it('never goes straight from young to expired: it is named as open once', () => {
    expect(at(10_000, 'young')).toBe('open');
    expect(at(10_000, 'open')).toBe('expired');
  });

  it('is uncertain while it is doubtful, whatever it was before, and lapses in its time', () => {
    expect([at(159, 'young', true), at(160, 'young', true)]).toEqual(['young', 'uncertain']);
    expect(at(200, 'open', true)).toBe('uncertain');
    expect([at(1099, 'uncertain', true), at(1100, 'uncertain', true)]).toEqual(['uncertain', 'lapsed']);
    expect(at(200, 'uncertain')).toBe('open');
    for (const status of ['expired', 'resolved', 'lapsed'] as const)
      expect(at(9999, status, true)).toBe(status);
  });

  it('is the very same when nothing changed', () => {
    const young = hole(3, 3, { detectedAt: 9999 });
    expect(aged({ hole: young, doubtful: false }, 10_000, patience)).toBe(young);
  });

  it('says when it changes next', () => {
    const next = (status: HoleStatus, doubtful: boolean) =>
      changesAt({ hole: hole(1, 1, { detectedAt: 5, status }), doubtful }, patience);
    expect([next('young', false), next('open', false), next('expired', false)]).toEqual([65, 1005, null]);
    expect([next('young', true), next('open', true), next('uncertain', true)]).toEqual([65, 5, 1005]);
    expect([next('uncertain', false), next('lapsed', false)]).toEqual([5, null]);
  });
});
