import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { type Epoch, gapBefore, receive, standingOf, startEpoch } from '../../../src/numbering/epoch';

const GRACE_MS = 60_000;
const arrival = (id: number, now = 0, eventTime: number | null = null) => ({
  id,
  fingerprint: `f${id}`,
  eventTime,
  now,
});
const started = (id: number, ...later: number[]): Epoch =>
  later.reduce(
    (epoch, next) => receive(epoch, arrival(next), GRACE_MS).epoch,
    startEpoch(1, arrival(id), false),
  );
const spans = (epoch: Epoch) => epoch.holes.map(({ from, to }) => [from, to]);

describe('an epoch', () => {
  it('knows what it lacks: 1, 2, 5, 3, 9, then 4', () => {
    expect(spans(started(1, 2, 5))).toEqual([[3, 4]]);
    expect(spans(started(1, 2, 5, 3))).toEqual([[4, 4]]);
    expect(spans(started(1, 2, 5, 3, 9))).toEqual([
      [4, 4],
      [6, 8],
    ]);
    expect(spans(started(1, 2, 5, 3, 9, 4))).toEqual([[6, 8]]);
    expect(started(1, 2, 5, 3, 9, 4)).toMatchObject({ baseline: 1, highest: 9 });
  });

  it('names the hole up to an id at the far end of the integers', () => {
    const epoch = started(1, Number.MAX_SAFE_INTEGER);
    expect(epoch.holes).toMatchObject([{ from: 2, to: Number.MAX_SAFE_INTEGER - 1 }]);
    expect(epoch.holes[0]?.missing).toBe(Number.MAX_SAFE_INTEGER - 2);
    expect(standingOf(epoch, Number.MAX_SAFE_INTEGER)).toBe('received');
  });

  it('says where an id stands', () => {
    const epoch = started(5, 6, 9);
    expect([4, 5, 6, 7, 8, 9, 10].map(id => standingOf(epoch, id))).toEqual([
      'below',
      'received',
      'received',
      'missing',
      'missing',
      'received',
      'above',
    ]);
  });

  it('dates a hole by the acceptance of the later id', () => {
    const epoch = receive(started(1), arrival(3, 500), GRACE_MS).epoch;
    expect(epoch.holes).toMatchObject([{ from: 2, to: 2, detectedAt: 500, status: 'young' }]);
  });

  it('never changes the epoch it is given', () => {
    const epoch = started(1, 5);
    const before = structuredClone(epoch);
    receive(epoch, arrival(3), GRACE_MS);
    receive(epoch, arrival(9), GRACE_MS);
    expect(epoch).toEqual(before);
  });
});

describe('the baseline', () => {
  it('is extended by lower ids while the grace after the first event lasts', () => {
    const epoch = receive(
      startEpoch(1, arrival(10, 1000), false),
      arrival(7, 1000 + GRACE_MS),
      GRACE_MS,
    ).epoch;
    expect(epoch).toMatchObject({ baseline: 7, highest: 10 });
    expect(epoch.holes).toMatchObject([{ from: 8, to: 9, detectedAt: 1000 }]);
  });

  it('is not extended a moment later, and the lower id makes no hole', () => {
    const epoch = receive(
      startEpoch(1, arrival(10, 1000), false),
      arrival(7, 1001 + GRACE_MS),
      GRACE_MS,
    ).epoch;
    expect(epoch).toMatchObject({ baseline: 10, highest: 10, holes: [] });
  });

  it('extended step by step makes no hole between neighbours', () => {
    expect(started(4, 3, 2, 1)).toMatchObject({ baseline: 1, highest: 4, holes: [] });
  });

  it('extended twice dates each hole by the event above it, and measures its grace from the first event', () => {
    const first = startEpoch(1, arrival(10, 0), false);
    const second = receive(first, arrival(8, 40_000), GRACE_MS).epoch;
    const third = receive(second, arrival(5, 50_000), GRACE_MS).epoch;
    expect(third.holes).toMatchObject([
      { from: 6, to: 7, detectedAt: 40_000 },
      { from: 9, to: 9, detectedAt: 0 },
    ]);
    expect(receive(third, arrival(3, 61_000), GRACE_MS).epoch.baseline).toBe(5);
  });

  it('with a grace of 0 is the first id for good once the clock moved', () => {
    const first = startEpoch(1, arrival(10, 1000), false);
    expect(receive(first, arrival(9, 1001), 0).epoch.baseline).toBe(10);
  });

  it('takes the time of the event that extends it, where it has one', () => {
    const first = startEpoch(1, arrival(10, 0, 5000), false);
    expect(receive(first, arrival(9, 1, 4000), GRACE_MS).epoch.startTime).toBe(4000);
    expect(receive(first, arrival(9, 1, null), GRACE_MS).epoch.startTime).toBe(5000);
  });
});

describe('beyond the bound', () => {
  it('merges the lowest holes with a true count, and finds only by record what one of them lacks', () => {
    let epoch = startEpoch(1, arrival(1), false);
    const merges: number[] = [];
    // 1, 3, 5, …: one hole more with every id.
    for (let n = 1; n <= LIMITS.MAX_HOLES + 3; n++) {
      const received = receive(epoch, arrival(2 * n + 1, n), GRACE_MS);
      epoch = received.epoch;
      if (received.changes.length > 0) merges.push(n);
    }
    expect(merges).toEqual([LIMITS.MAX_HOLES + 1, LIMITS.MAX_HOLES + 2, LIMITS.MAX_HOLES + 3]);
    expect(epoch.holes).toHaveLength(LIMITS.MAX_HOLES);
    expect(epoch.holes[0]).toMatchObject({ from: 2, to: 8, missing: 4, detectedAt: 1 });
    expect(epoch.holes.reduce((sum, { missing }) => sum + missing, 0)).toBe(LIMITS.MAX_HOLES + 3);
    expect([2, 3, 8].map(id => standingOf(epoch, id))).toEqual(Array(3).fill('maybe_missing'));
    expect([9, 10].map(id => standingOf(epoch, id))).toEqual(['received', 'missing']);

    const filled = receive(epoch, arrival(4), GRACE_MS).epoch;
    expect(filled.holes[0]).toMatchObject({ from: 2, to: 8, missing: 3 });
    const next = [2, 6, 8].reduce((one, id) => receive(one, arrival(id), GRACE_MS).epoch, filled);
    expect(next.holes[0]).toMatchObject({ from: 10, to: 10, missing: 1 });
  });
});

describe('gapBefore', () => {
  it('is what is missing right before an id at that moment', () => {
    const epoch = started(3, 4, 8);
    expect([9, 12, 8, 7, 6, 5, 4, 2].map(id => gapBefore(epoch, id))).toEqual([
      null,
      [9, 11],
      [5, 7],
      [5, 6],
      [5, 5],
      null,
      null,
      null,
    ]);
  });
});
