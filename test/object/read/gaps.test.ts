/** The gap list: which holes it has, when they open, close and expire, and how it stays true when there are too many. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { START, useStandingClock, wait } from '../../support/standing-clock';
import { newObject, SHORT } from '../../support/webhook-object';

useStandingClock();

describe('the gap list', () => {
  it('has a hole from its grace on, by alarm', async () => {
    const { sendAll, gaps, alarm, status, stub } = await newObject();
    await sendAll([1, 2, 5]);
    expect(await gaps()).toEqual([]);
    // Until then it is said that they are awaited, and not that nothing is.
    expect(await status()).toMatchObject({ openGaps: 0, missingIds: 0, awaitedIds: 2 });
    expect(await stub.gaps(null)).toMatchObject({ awaitedIds: 2 });
    wait(59_999);
    await alarm();
    expect(await gaps()).toEqual([]);
    wait(1);
    await alarm();
    expect(await gaps()).toEqual(['3-4 open']);
    expect(await status()).toMatchObject({
      openGaps: 1,
      missingIds: 2,
      awaitedIds: 0,
      highestIncrementId: 5,
    });
  });

  it('says for what is filled when, splits what is partly filled, and expires the rest', async () => {
    const { sendAll, stub, gaps, alarm } = await newObject({ sequence: SHORT });
    await sendAll([1, 6]);
    wait(60_000);
    await alarm();
    wait(1000);
    await sendAll([3]);
    expect(await gaps()).toEqual(['2-2 open', '3-3 filled', '4-5 open']);
    const report = await stub.gaps('filled');
    expect(report).toMatchObject({
      gaps: [
        {
          epoch: 1,
          from: 3,
          to: 3,
          count: 1,
          detectedAt: START,
          resolvedAt: START + 61_000,
          before: { incrementId: 1, sequence: 1 },
          after: { incrementId: 6, sequence: 2 },
        },
      ],
    });
    wait(3600_000);
    await alarm();
    expect(await gaps()).toEqual(['2-2 expired', '3-3 filled', '4-5 expired']);
    await sendAll([4, 2, 5]);
    expect(await gaps()).toEqual(['2-2 filled', '3-3 filled', '4-4 filled', '5-5 filled']);
  });

  it('has no entry for a hole that closed within its grace', async () => {
    const { sendAll, gaps, alarm } = await newObject();
    await sendAll([1, 4, 2]);
    wait(30_000);
    await sendAll([3]);
    wait(30_000);
    await alarm();
    expect(await gaps()).toEqual([]);
  });

  it('opens the hole of an object that was evicted meanwhile', async () => {
    const { sendAll, gaps, alarm, evict } = await newObject();
    await sendAll([1, 3]);
    await evict();
    wait(60_000);
    expect(await alarm()).toBe(true);
    expect(await gaps()).toEqual(['2-2 open']);
  });

  it('keeps the alarm coming through every stage of a hole', async () => {
    const { sendAll, gaps, alarm } = await newObject({ sequence: SHORT });
    await sendAll([1, 3]);
    for (let rounds = 0; (await gaps())[0] !== '2-2 expired'; rounds++) {
      if (rounds === 20) throw new Error('it never expires');
      wait(600_000);
      expect(await alarm()).toBe(true);
    }
  });

  it('closes an earlier epoch with what it misses', async () => {
    const { sendAll, stub, alarm } = await newObject({ sequence: SHORT });
    await sendAll([1, 2, 4], { eventTime: START - 3_600_000 });
    wait(60_001);
    await alarm();
    await sendAll([1, 2, 3], { numbering: 'new', eventTime: START + 60_001 });
    wait(3600_000);
    await alarm();
    wait(3600_000);
    await alarm();
    const report = await stub.gaps(null);
    expect(report).toMatchObject({
      epoch: 2,
      highestIncrementId: 3,
      gaps: [{ epoch: 1, from: 3, status: 'expired' }],
    });
  });
});

describe('settings', () => {
  it('that changed hold for the holes there are', async () => {
    const { sendAll, change, gaps, alarm } = await newObject({ sequence: { ...SHORT, graceSeconds: 3600 } });
    await sendAll([1, 3]);
    await change({ sequence: SHORT });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-2 open']);
  });
});

describe('more holes than are kept apart', () => {
  const { MAX_HOLES } = LIMITS;
  beforeEach(() => void Object.assign(LIMITS, { MAX_HOLES: 3 }));
  afterEach(() => void Object.assign(LIMITS, { MAX_HOLES }));

  it('are one entry with a true count, in which every missing id can still arrive, also its first', async () => {
    const { sendAll, stub, gaps, alarm, evict, status } = await newObject();
    await sendAll([1, 4, 6, 8]);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-3 open', '5-5 open', '7-7 open']);
    // An entry for 3 alone, right where a merged range begins later.
    await sendAll([3, 10, 12]);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-7 open', '3-3 filled', '9-9 open', '11-11 open']);
    expect(await status()).toMatchObject({ openGaps: 3, missingIds: 5 });
    await evict();
    expect(await sendAll([6, 2])).toEqual(['duplicate 3', 'accepted 8']);
    expect(await gaps()).toEqual(['2-2 filled', '3-3 filled', '3-7 open', '9-9 open', '11-11 open']);
    expect(await stub.gaps('open')).toMatchObject({ gaps: [{ count: 2 }, { count: 1 }, { count: 1 }] });
    expect(await sendAll([5, 7, 5])).toEqual(['accepted 9', 'accepted 10', 'duplicate 9']);
    expect((await gaps()).filter(gap => gap.endsWith('open'))).toEqual(['9-9 open', '11-11 open']);
  });

  it('keep what was closed by hand closed, with its notes', async () => {
    const { sendAll, stub, gaps, alarm } = await newObject();
    await sendAll([1, 3, 5, 7]);
    wait(60_000);
    await alarm();
    for (const [from, note] of [
      [2, 'not ours'],
      [4, 'a test'],
    ] as const)
      await stub.resolveGaps({ epoch: null, from, to: from, note });
    await sendAll([9]);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-4 resolved', '6-6 open', '8-8 open']);
    expect(await stub.gaps('resolved')).toMatchObject({ gaps: [{ count: 2, note: 'not ours; a test' }] });
    await sendAll([11, 4]);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-3 resolved', '4-4 filled', '6-8 open', '10-10 open']);
  });
});
