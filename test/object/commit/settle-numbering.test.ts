/** An operator settles what ids alone cannot tell: whether the webhook was made anew at the provider. */
import { describe, expect, it } from 'vitest';
import { range } from '../../support/sequence';
import { destinationRecord } from '../../support/simulation/world';
import { START, useStandingClock, wait } from '../../support/standing-clock';
import { newObject } from '../../support/webhook-object';
import { type EventGiven, webhookRecord } from '../../support/webhook-record';

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
    expect(await gaps()).toEqual(['1-14 uncertain', '10-10 uncertain']);
    expect(await status()).toMatchObject({ openGaps: 0, missingIds: 0, uncertainIds: 14 });
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

describe('ids on record that the old numbering may have sent as well', () => {
  const OPS = destinationRecord('ops', { topics: ['gateway:*'], isActive: false });
  const entries = async ({ stub }: Awaited<ReturnType<typeof newObject>>) => {
    const report = await stub.gaps('uncertain');
    return (report.numbered ? report.gaps : []).filter(({ onRecord }) => onRecord);
  };
  const shown = async (object: Awaited<ReturnType<typeof newObject>>) =>
    (await entries(object)).map(({ epoch, from, to, count }) => `${epoch}: ${from}-${to} ${count}`);

  /** 1 to 10, then 1 to 5 with other bytes: 3 may be an event of the old numbering, sent again, and that of the new one lost. */
  async function begun(given: Parameters<typeof newObject>[0] = {}, event: EventGiven = {}) {
    const object = await newObject({ destinations: [OPS], ...given });
    await object.sendAll(range(1, 10), event);
    wait(60_001);
    await object.alarm();
    await object.sendAll(range(1, 5), { ...NEW, ...event });
    wait(60_000);
    await object.alarm();
    return object;
  }

  it('are one entry, which grows once per grace, is told once, and lasts as long as the old one may send', async () => {
    const object = await begun();
    expect(await shown(object)).toEqual(['2: 1-10 10']);
    expect(await entries(object)).toMatchObject([
      { before: null, resolvedAt: null, detectedAt: START + 60_001 },
    ]);
    await object.sendAll([...range(6, 11), 13], NEW);
    expect(await shown(object)).toEqual(['2: 1-10 10']);
    await object.evict();
    wait(60_000);
    await object.alarm();
    expect(await shown(object)).toEqual(['2: 1-13 12']);
    const { lastSequence } = await object.status();
    const told = await Promise.all(range(1, lastSequence).map(async sequence => object.stub.event(sequence)));
    const notices = told.filter(event => event?.topic === 'gateway:gap_uncertain');
    expect(notices).toHaveLength(1);
    wait(374_400_000 - 120_001);
    await object.alarm();
    expect(await shown(object)).toEqual(['2: 1-13 12']);
    wait(1);
    await object.alarm();
    expect(await shown(object)).toEqual([]);
  });

  it('are none once it is settled, and none of what the new one receives later', async () => {
    const object = await begun();
    expect(await object.stub.settleNumbering({ how: 'new', sequence: null })).toMatchObject({ kind: 'ok' });
    expect(await shown(object)).toEqual([]);
    await object.sendAll([6, 7], NEW);
    wait(60_000);
    await object.alarm();
    expect(await shown(object)).toEqual([]);
  });

  it('are none where no other numbering began, where times tell, or where the secret does', async () => {
    const alone = await newObject();
    await alone.sendAll([1, 2, 4, 3, 8]);
    wait(60_000);
    await alone.alarm();
    expect(await shown(alone)).toEqual([]);
    const timed = await newObject();
    await timed.sendAll(range(1, 10), { eventTime: START - 3_600_000 });
    wait(60_001);
    await timed.sendAll(range(1, 5), { ...NEW, eventTime: START + 60_001 });
    wait(60_000);
    await timed.alarm();
    expect(await shown(timed)).toEqual([]);
  });

  it('stay where their numbering has to close before its time', async () => {
    const object = await begun();
    for (const numbering of ['third', 'fourth', 'fifth', 'sixth']) {
      await object.sendAll(range(1, 4), { numbering });
      wait(60_001);
      await object.alarm();
      wait(1);
      await object.alarm();
    }
    expect(await shown(object)).toContain('2: 1-10 10');
    expect((await shown(object)).map(text => text.slice(0, 2))).toEqual(['2:', '3:', '4:', '5:', '6:']);
    await object.evict();
    wait(374_400_000);
    for (let i = 0; i < 3; i++) {
      await object.alarm();
      wait(1);
    }
    expect(await object.gaps()).not.toContainEqual(expect.stringContaining('uncertain'));
  });
});

describe('a late event of the old numbering', () => {
  it('is no event of the new one once the operator says that this is one', async () => {
    const { stub, sendAll, gaps, alarm } = await newObject();
    await sendAll([...range(1, 39), ...range(41, 50)]);
    wait(60_001);
    await alarm();
    await sendAll(range(1, 10), NEW);
    await sendAll([40]);
    expect(await stub.settleNumbering({ how: 'new', sequence: null })).toMatchObject({ kind: 'ok' });
    wait(60_001);
    await alarm();
    expect(await gaps()).toEqual(['40-40 filled']);
    await sendAll([12], NEW);
    wait(60_001);
    await alarm();
    expect(await gaps()).toEqual(['40-40 filled', '11-11 open']);
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

  it('can be taken back where a hundred ignored ids came before its first event, and not where it has no event', async () => {
    const { stub, sendAll, alarm } = await newObject({ topics: ['order:*'] });
    const begin = async (numbering: string) => {
      wait(60_001);
      await alarm();
      await sendAll(range(1, 150), { numbering, topic: 'other' });
    };
    await sendAll(range(1, 200));
    await begin('new');
    expect(await stub.settleNumbering({ how: 'continue' })).toMatchObject({ kind: 'ok' });
    expect(await stub.settleNumbering({ how: 'undo' })).toEqual({ kind: 'nothing_to_settle' });
    await begin('other');
    await sendAll([151, 152], { numbering: 'other' });
    expect(await stub.settleNumbering({ how: 'continue' })).toMatchObject({ kind: 'ok' });
    expect(await stub.settleNumbering({ how: 'undo' })).toMatchObject({ kind: 'ok' });
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
