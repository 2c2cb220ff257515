/** A numbering that starts anew is a new epoch: what was taken for the old one follows, and no false gap is left. */
import { describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../src/log/contract/append';
import { REORDERING_MS } from '../../../src/numbering/place';
import { range } from '../../support/sequence';
import { START, useStandingClock, wait } from '../../support/standing-clock';
import { invalid, newObject, short } from '../../support/webhook-object';
import { incomingEvent } from '../../support/webhook-record';

useStandingClock();

describe('epochs', () => {
  it('let conflicts out of quarantine into the numbering they turned out to begin, and survive an eviction', async () => {
    const { sendAll, stub, evict, statusOf, status } = await newObject();
    await sendAll(range(1, 5));
    wait(REORDERING_MS);
    const anew = { numbering: 'new' };
    expect(await sendAll([2, 3], anew)).toEqual(['quarantined 6', 'quarantined 7']);
    expect(await sendAll([4], anew)).toEqual(['accepted 8']);
    const check = async () => {
      expect([await statusOf(6), await statusOf(7)]).toEqual(['accepted', 'accepted']);
      expect(await stub.event(6)).toMatchObject({ epoch: 2, incrementId: 2 });
      expect(await status()).toMatchObject({ epoch: 2, counters: { accepted: 8, quarantined: 0 } });
    };
    await check();
    await evict();
    await check();
    expect(await sendAll([2, 3, 4], anew)).toEqual(['duplicate 6', 'duplicate 7', 'duplicate 8']);
    expect(await sendAll(range(1, 5))).toEqual(range(1, 5).map(id => `duplicate ${id}`));
  });

  it('are begun by no conflicts that come together with what continues the numbering, or soon after it', async () => {
    const { sendAll, together, status, gaps, alarm, evict } = await newObject();
    await sendAll(range(1, 20));
    wait(60_000);
    const batch: IncomingEvent[] = [];
    for (const id of range(2, 6)) {
      batch.push(await incomingEvent(id, { numbering: 'new' }), await incomingEvent(19 + id));
    }
    const kinds = (await together(batch)).map(({ kind }) => kind);
    expect(kinds).toEqual(range(1, 5).flatMap(() => ['quarantined', 'accepted']));
    await evict();
    wait(REORDERING_MS - 1);
    const soon = await sendAll([7, 8, 9], { numbering: 'new' });
    expect(soon.map(answer => answer.split(' ')[0])).toEqual(Array(3).fill('quarantined'));
    wait(60_000);
    await alarm();
    expect(await status()).toMatchObject({ epoch: 1, counters: { accepted: 25, quarantined: 8 } });
    expect(await gaps()).toEqual([]);
  });

  it('tell apart what happened in the same moment, once ids are missing for it', async () => {
    const { sendAll, status, gaps, alarm, evict, stub } = await newObject();
    await sendAll(range(1, 10), { eventTime: START - 3_600_000 });
    wait(60_001);
    const anew = { numbering: 'new', eventTime: START };
    await sendAll([11, 1, ...range(2, 10)], anew);
    await sendAll([12], { numbering: 'new', eventTime: START + 1000 });
    await evict();
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual([]);
    expect(await status()).toMatchObject({ epoch: 2, counters: { accepted: 22 } });
    await evict();
    expect(await sendAll([11], anew)).toEqual(['duplicate 11']);
    await sendAll([14], { numbering: 'new', eventTime: START + 2000 });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['13-13 open']);
    expect(await stub.gaps(null)).toMatchObject({ gaps: [{ epoch: 2 }] });
  });
});

describe('a restart', () => {
  it('that an event of a topic not subscribed shows lets the conflicts before it go', async () => {
    const { sendAll, send, statusOf, status } = await newObject({ topics: ['order:*'] });
    await sendAll(range(1, 5));
    wait(REORDERING_MS);
    await sendAll([2, 3], { numbering: 'new' });
    expect(short(await send(4, { numbering: 'new', topic: 'product:updated' }))).toBe('ignored');
    expect(await status()).toMatchObject({ epoch: 2 });
    expect([await statusOf(6), await statusOf(7)]).toEqual(['accepted', 'accepted']);
  });

  it('does not let go what failed validation, but counts its id', async () => {
    const { sendAll, send, statusOf, gaps, alarm } = await newObject();
    await sendAll(range(1, 5));
    wait(REORDERING_MS);
    await send(2, { numbering: 'new' });
    expect(short(await send(3, { numbering: 'new', ...invalid }))).toBe('quarantined 7');
    await send(4, { numbering: 'new' });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['1-1 uncertain', '2-4 uncertain']);
    expect([await statusOf(6), await statusOf(7)]).toEqual(['accepted', 'quarantined']);
  });
});

describe('a restart and the gap list', () => {
  it('take back an entry that the new numbering had made in the old one', async () => {
    const { sendAll, gaps, alarm, evict } = await newObject();
    await sendAll([1], { eventTime: START - 3_600_000 });
    wait(60_001);
    await sendAll([2, 5], { numbering: 'new', eventTime: START + 2000 });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['3-4 open']);
    await sendAll([1], { numbering: 'new', eventTime: START + 1000 });
    expect(await gaps()).toEqual([]);
    await evict();
    expect(await sendAll([2, 5], { numbering: 'new' })).toEqual(['duplicate 2', 'duplicate 3']);
    await sendAll([3], { numbering: 'new', eventTime: START + 2000 });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['4-4 open']);
  });

  it('agree on an id that was filled by the new numbering, and is missing again in the old one', async () => {
    const { sendAll, gaps, alarm } = await newObject();
    const anew = (after: number) => ({ numbering: 'new', eventTime: START + 700_000 + after });
    await sendAll([1, 2, 3], { eventTime: START });
    wait(600_000);
    await sendAll([5], anew(1000));
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual(['4-4 open']);
    await sendAll([4], anew(1000));
    expect(await gaps()).toEqual(['4-4 filled']);
    wait(10_000);
    await sendAll([1, 2, 3], anew(0));
    expect(await gaps()).toEqual([]);
    // A late one of the old numbering shows that its own 4 is missing.
    await sendAll([5], { eventTime: START + 1000 });
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual(['4-4 open']);
    expect(await sendAll([4], { eventTime: START + 1000 })).toEqual([expect.stringMatching(/^accepted/)]);
    expect(await gaps()).toEqual(['4-4 filled']);
  });

  it('count conflicts in a row over an eviction', async () => {
    const { sendAll, evict } = await newObject();
    await sendAll(range(1, 5));
    wait(REORDERING_MS);
    const anew = { numbering: 'new' };
    expect(await sendAll([2, 3], anew)).toEqual(['quarantined 6', 'quarantined 7']);
    await evict();
    expect(await sendAll([4], anew)).toEqual(['accepted 8']);
  });

  it('let an event out of quarantine whose id the new numbering had taken in a hole of the old one', async () => {
    const { sendAll, gaps, alarm, statusOf, stub, evict } = await newObject();
    const at = (ms: number) => ({ eventTime: START - 7_200_000 + ms });
    for (const id of [1, 2, 3, 5, 6, 7]) await sendAll([id], at(id * 1000));
    wait(60_001);
    await alarm();
    expect(await gaps()).toEqual(['4-4 open']);
    const anew = (id: number) => ({ numbering: 'new', ...at(3_600_000 + id * 1000) });
    await sendAll([4], anew(4));
    const conflict = await sendAll([4], at(4000));
    const sequence = Number(conflict[0]?.replace('quarantined ', ''));
    for (const id of [1, 2, 3]) await sendAll([id], anew(id));
    expect(await statusOf(sequence)).toBe('accepted');
    expect(await stub.event(sequence)).toMatchObject({ epoch: 1, incrementId: 4 });
    await evict();
    wait(60_001);
    await alarm();
    expect(await gaps()).toEqual(['4-4 filled']);
    expect(await sendAll([4], at(4000))).toEqual([`duplicate ${sequence}`]);
  });
});
