import { describe, expect, it } from 'vitest';
import { resolve } from '../../../src/numbering/close-gap';
import { startEpoch } from '../../../src/numbering/epoch';
import type { Hole } from '../../../src/numbering/holes';
import { EMPTY_TRACKER, type Tracker } from '../../../src/numbering/types';

const hole = (from: number, to: number, more: Partial<Hole> = {}): Hole => ({
  ...{ from, to, missing: to - from + 1, detectedAt: 0, status: 'open' },
  ...more,
});

function trackerWith(holes: Hole[]): Tracker {
  const first = { id: 1, fingerprint: '', eventTime: null, now: 0 };
  return { ...EMPTY_TRACKER, current: { ...startEpoch(1, first, false), highest: 100, holes }, lastEpoch: 1 };
}

const shown = (tracker: Tracker) =>
  tracker.current?.holes.map(({ from, to, missing, status }) => `${from}-${to} ${missing} ${status}`);

describe('resolve', () => {
  it('closes whole holes and leaves the others', () => {
    const result = resolve(trackerWith([hole(3, 5), hole(9, 9), hole(20, 30)]), null, 1, 10);
    if (result.kind !== 'ok') throw new Error(result.kind);
    expect(shown(result.tracker)).toEqual(['3-5 3 resolved', '9-9 1 resolved', '20-30 11 open']);
    expect(result.resolved).toHaveLength(2);
  });

  it.each([
    [12, 14, ['10-11 2 open', '12-14 3 resolved', '15-20 6 open']],
    [5, 12, ['10-12 3 resolved', '13-20 8 open']],
    [18, 40, ['10-17 8 open', '18-20 3 resolved']],
  ])('cuts %d to %d out of a hole', (from, to, expected) => {
    const result = resolve(trackerWith([hole(10, 20)]), 1, from, to);
    if (result.kind !== 'ok') throw new Error(result.kind);
    expect(shown(result.tracker)).toEqual(expected);
  });

  it('changes nothing where nothing is missing, or all is resolved', () => {
    const tracker = trackerWith([hole(3, 5, { status: 'resolved' })]);
    expect(resolve(tracker, null, 1, 50)).toEqual({ kind: 'ok', tracker, epoch: 1, resolved: [] });
  });

  it('does not cut a merged range, and closes no epoch it does not know', () => {
    const tracker = trackerWith([hole(10, 30, { missing: 4 })]);
    expect(resolve(tracker, null, 10, 20)).toEqual({ kind: 'merged', from: 10, to: 30 });
    expect(resolve(tracker, null, 1, 30)).toMatchObject({ kind: 'ok' });
    expect(resolve(tracker, 2, 1, 30)).toEqual({ kind: 'unknown_epoch' });
    expect(resolve(EMPTY_TRACKER, null, 1, 30)).toEqual({ kind: 'unknown_epoch' });
  });
});
