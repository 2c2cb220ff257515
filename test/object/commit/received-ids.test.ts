/** Ids that count as received although no event of theirs is in the log under them. */
import { describe, expect, it } from 'vitest';
import { useStandingClock, wait } from '../../support/standing-clock';
import { newObject, SHORT, short } from '../../support/webhook-object';

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
