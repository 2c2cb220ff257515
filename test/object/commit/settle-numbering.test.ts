/** An operator settles what ids alone cannot tell: whether the webhook was made anew at the provider. */
import { describe, expect, it } from 'vitest';
import { range } from '../../support/sequence';
import { useStandingClock, wait } from '../../support/standing-clock';
import { newObject } from '../../support/webhook-object';
import { webhookRecord } from '../../support/webhook-record';

useStandingClock();

const NEW = { numbering: 'new' };

/** 1 to 10 received; then 1 to 9 with other bytes and 11 to 14 came, 10 did not. No event has a time. */
async function uncertain() {
  const object = await newObject();
  await object.sendAll(range(1, 10));
  wait(60_001);
  await object.alarm();
  await object.sendAll([...range(1, 9), ...range(11, 14)], NEW);
  wait(60_001);
  await object.alarm();
  return object;
}

describe('what is uncertain', () => {
  it('is named, is not counted as open, and says both readings', async () => {
    const { gaps, status } = await uncertain();
    expect(await gaps()).toEqual(['10-10 uncertain']);
    expect(await status()).toMatchObject({ openGaps: 0, missingIds: 0, uncertainIds: 1 });
  });

  it('is open once the operator says that a new numbering began', async () => {
    const { stub, gaps, alarm, evict } = await uncertain();
    expect(await stub.settleNumbering({ how: 'new', sequence: null })).toMatchObject({ kind: 'ok' });
    wait(1);
    await alarm();
    expect(await gaps()).toEqual(['10-10 open']);
    await evict();
    expect(await gaps()).toEqual(['10-10 open']);
  });

  it('is nothing once the operator says that none began, and that can be taken back', async () => {
    const { stub, gaps, alarm, status, sendAll } = await uncertain();
    expect(await stub.settleNumbering({ how: 'continue' })).toMatchObject({ kind: 'ok' });
    expect(await gaps()).toEqual([]);
    expect(await status()).toMatchObject({ epoch: 1, highestIncrementId: 14 });
    expect(await stub.settleNumbering({ how: 'undo' })).toMatchObject({ kind: 'ok' });
    wait(60_001);
    await alarm();
    expect(await gaps()).toEqual(['10-10 open']);
    expect(await sendAll([10, 15], NEW)).toEqual(['accepted 24', 'accepted 25']);
    expect(await gaps()).toEqual(['10-10 filled']);
    expect(await stub.settleNumbering({ how: 'undo' })).toEqual({ kind: 'nothing_to_settle' });
  });
});

describe('a numbering that nothing shows', () => {
  it('begins with the event that the operator names; conflicts leave quarantine, and the old one gets back what it lacks', async () => {
    const { stub, sendAll, gaps, alarm, statusOf } = await newObject();
    await sendAll([1, 2, 3, 5]);
    wait(60_001);
    await alarm();
    // 1 did not come; 4 was taken for the old one's.
    expect(await sendAll([2, 4, 6], NEW)).toEqual(['quarantined 5', 'accepted 6', 'accepted 7']);
    expect(await stub.settleNumbering({ how: 'new', sequence: 5 })).toMatchObject({ kind: 'ok' });
    expect(await statusOf(5)).toBe('accepted');
    wait(60_001);
    await alarm();
    wait(1);
    await alarm();
    expect(await gaps()).toEqual(['4-4 open', '1-1 uncertain', '3-3 open', '5-5 open']);
    expect(await stub.settleNumbering({ how: 'undo' })).toMatchObject({ kind: 'ok' });
    expect((await gaps()).filter(gap => gap.endsWith('open') || gap.endsWith('uncertain'))).toEqual([]);
  });

  it('is refused where there is nothing to settle', async () => {
    const { stub, sendAll } = await newObject();
    expect(await stub.settleNumbering({ how: 'new', sequence: null })).toEqual({ kind: 'unnumbered' });
    await sendAll([1, 2]);
    expect(await stub.settleNumbering({ how: 'new', sequence: null })).toEqual({ kind: 'nothing_to_settle' });
    expect(await stub.settleNumbering({ how: 'continue' })).toEqual({ kind: 'nothing_to_settle' });
    expect(await stub.settleNumbering({ how: 'undo' })).toEqual({ kind: 'nothing_to_settle' });
    expect(await stub.settleNumbering({ how: 'new', sequence: 9 })).toEqual({ kind: 'unknown_event' });
  });
});

describe('what was settled', () => {
  const OTHER = { numbering: 'other' };

  it('keeps the bytes of all ids when it is taken back, also of those that left quarantine', async () => {
    const { stub, sendAll } = await uncertain();
    expect(await stub.settleNumbering({ how: 'continue' })).toMatchObject({ kind: 'ok' });
    expect(await stub.settleNumbering({ how: 'undo' })).toMatchObject({ kind: 'ok' });
    expect(await sendAll([1, 2, 3, 9, 11], NEW)).toEqual(
      [11, 12, 13, 19, 20].map(sequence => `duplicate ${sequence}`),
    );
    // A third would be the first of another numbering.
    expect(await sendAll([2, 9], OTHER)).toEqual(['quarantined 24', 'quarantined 25']);
  });

  it('keeps them where a numbering is said twice to have begun', async () => {
    const { stub, sendAll } = await uncertain();
    expect(await stub.settleNumbering({ how: 'new', sequence: 11 })).toMatchObject({ kind: 'ok' });
    expect(await stub.settleNumbering({ how: 'new', sequence: 11 })).toMatchObject({ kind: 'ok' });
    expect((await sendAll([1, 3, 9, 14], NEW)).every(answer => answer.startsWith('duplicate'))).toBe(true);
    expect(await sendAll([3, 9], OTHER)).toEqual(['quarantined 24', 'quarantined 25']);
  });

  it('costs as much as there are events, however far apart their ids are', async () => {
    const { stub, sendAll, gaps, alarm } = await newObject();
    await sendAll(range(1, 3));
    wait(60_001);
    await alarm();
    await sendAll([...range(1, 3), 30_000_000], NEW);
    wait(60_001);
    await alarm();
    expect(await stub.settleNumbering({ how: 'continue' })).toMatchObject({ kind: 'ok' });
    wait(60_001);
    await alarm();
    expect(await gaps()).toEqual(['4-29999999 open']);
    expect(await stub.settleNumbering({ how: 'undo' })).toMatchObject({ kind: 'ok' });
    expect(await sendAll([30_000_000], NEW)).toEqual(['duplicate 7']);
  });
});

describe('one or two conflicts that may be the first of a numbering', () => {
  /** 1 to 10, then 4 and 7 with other bytes: 5 and 6 may be missing from a new one. The secret tells nothing. */
  async function doubted() {
    const { sequence } = webhookRecord();
    const object = await newObject({ sequence: { ...sequence, restartsWithSecret: false } });
    await object.sendAll(range(1, 10));
    wait(60_001);
    await object.alarm();
    await object.sendAll([4, 7], NEW);
    wait(60_001);
    await object.alarm();
    return object;
  }

  it('are no sign any more once the operator says that the old one goes on', async () => {
    const { stub, gaps, sendAll, alarm } = await doubted();
    expect(await gaps()).toContain('5-6 uncertain');
    expect(await stub.settleNumbering({ how: 'continue' })).toMatchObject({ kind: 'ok' });
    expect(await gaps()).toEqual([]);
    expect(await sendAll([11, 13])).toEqual(['accepted 13', 'accepted 14']);
    wait(60_001);
    await alarm();
    expect(await gaps()).toEqual(['12-12 open']);
  });

  it('are the first events of a numbering when that is taken back', async () => {
    const { stub, gaps, statusOf, alarm } = await doubted();
    expect(await stub.settleNumbering({ how: 'continue' })).toMatchObject({ kind: 'ok' });
    expect(await stub.settleNumbering({ how: 'undo' })).toMatchObject({ kind: 'ok' });
    expect([await statusOf(11), await statusOf(12)]).toEqual(['accepted', 'accepted']);
    wait(60_001);
    await alarm();
    expect(await gaps()).toEqual(['1-3 uncertain', '5-6 open']);
  });
});
