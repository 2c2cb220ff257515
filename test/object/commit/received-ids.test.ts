/** Ids that count as received although no event of theirs is in the log under them. */
import { describe, expect, it } from 'vitest';
import type { AppendResult } from '../../../src/log/contract/append';
import type { Sealed } from '../../../src/subscriptions/webhook';
import { useStandingClock, wait } from '../../support/standing-clock';
import { newObject, SHORT, short } from '../../support/webhook-object';
import { incomingEvent } from '../../support/webhook-record';

useStandingClock();

const OFF = { ...SHORT, enabled: false };

describe('a numbering that was turned off and on again', () => {
  it('misses nothing that came in between, and knows it again', async () => {
    const { send, sendAll, change, gaps, alarm, evict } = await newObject({ sequence: SHORT });
    await sendAll([1, 2, 3]);
    await change({ sequence: OFF });
    expect(await sendAll([4, 5, 6])).toEqual(['accepted 4', 'accepted 5', 'accepted 6']);
    await evict();
    await change({ sequence: SHORT });
    expect(short(await send(7))).toBe('accepted 7');
    expect(short(await send(6))).toBe('duplicate 6');
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual([]);
  });

  it('names what did not come in between either', async () => {
    const { sendAll, change, gaps, alarm } = await newObject({ sequence: SHORT });
    await sendAll([1, 2, 3]);
    await change({ sequence: OFF });
    await sendAll([4, 6]);
    await change({ sequence: SHORT });
    await sendAll([7]);
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual(['5-5 open']);
  });

  it('accepts nothing twice: a retry is one, whichever side of the change it comes on', async () => {
    const { sendAll, change, evict } = await newObject({ sequence: OFF });
    await sendAll([1, 2]);
    await change({ sequence: SHORT });
    expect(await sendAll([2, 3])).toEqual(['duplicate 2', 'accepted 3']);
    wait(61_000);
    await change({ sequence: OFF });
    expect(await sendAll([3])).toEqual(['duplicate 3']);
    // Nothing shows while it is off that this begins anew, so it is not recorded as that.
    expect(await sendAll([1, 2], { numbering: 'second' })).toEqual(['accepted 4', 'accepted 5']);
    await evict();
    await change({ sequence: SHORT });
    expect(await sendAll([1, 2], { numbering: 'second' })).toEqual(['duplicate 4', 'duplicate 5']);
  });

  it('tells equal bodies apart by a number that stands beside them', async () => {
    const { sendAll } = await newObject({ sequence: OFF });
    expect(await sendAll([1, 2, 1, 2], { body: '{}' })).toEqual([
      ...['accepted 1', 'accepted 2'],
      ...['duplicate 1', 'duplicate 2'],
    ]);
  });

  it('counts the number of an event that is known by its event id', async () => {
    const { send, change, gaps, alarm } = await newObject({ sequence: SHORT });
    await send(1, { eventId: 'A' });
    await change({ sequence: OFF });
    await send(2, { eventId: 'B' });
    expect(short(await send(3, { eventId: 'B' }))).toBe('duplicate 2');
    await change({ sequence: SHORT });
    await send(4, { eventId: 'C' });
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual([]);
  });

  it('knows of a new secret that came in between', async () => {
    const second = { id: 'sec_second', sealed: '' as Sealed, usableUntil: null };
    const { stub, sendAll, change, gaps, alarm } = await newObject({ sequence: SHORT });
    await sendAll([1, 2, 3]);
    const { secrets = [] } = (await stub.getRecord()) ?? {};
    await change({ sequence: OFF, secrets: [second, ...secrets] });
    const anew = async (id: number, version: number) => {
      const event = await incomingEvent(id, { numbering: 'second' });
      return short((await stub.append({ version, secretId: second.id, event })) as AppendResult);
    };
    expect([await anew(1, 2), await anew(2, 2)]).toEqual(['accepted 4', 'accepted 5']);
    await change({ sequence: SHORT });
    expect([await anew(2, 3), await anew(4, 3)]).toEqual(['duplicate 5', 'accepted 6']);
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual(['3-3 open']);
  });

  it('does not learn from a time in which it had none', async () => {
    const { sendAll, change, gaps, alarm } = await newObject({ sequence: OFF });
    await sendAll([5, 9]);
    await change({ sequence: SHORT });
    await sendAll([20, 21]);
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual([]);
  });
});

describe('an event with an event id and an increment id', () => {
  it('is a duplicate under another number too, and that number was received', async () => {
    const { send, gaps, alarm, evict } = await newObject({ sequence: SHORT });
    expect(short(await send(1, { eventId: 'A' }))).toBe('accepted 1');
    expect(short(await send(2, { eventId: 'B' }))).toBe('accepted 2');
    expect(short(await send(3, { eventId: 'B' }))).toBe('duplicate 2');
    await evict();
    expect(short(await send(4, { eventId: 'C' }))).toBe('accepted 3');
    expect(short(await send(3, { eventId: 'B' }))).toBe('duplicate 2');
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual([]);
  });
});
