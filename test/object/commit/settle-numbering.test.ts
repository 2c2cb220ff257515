/** An operator settles what ids alone cannot tell: whether the webhook was made anew at the provider. */
import { describe, expect, it } from 'vitest';
import { range } from '../../support/sequence';
import { useStandingClock, wait } from '../../support/standing-clock';
import { newObject } from '../../support/webhook-object';

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
