/** What the store keeps of events: each for as long as it was promised, and in memory what its row gives back. */
import { describe, expect, it } from 'vitest';
import { DAY } from '../../support/durations';
import { range } from '../../support/sequence';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';
import { useStandingClock, wait } from '../../support/standing-clock';
import { newObject, short } from '../../support/webhook-object';
import { incomingEvent } from '../../support/webhook-record';

useStandingClock();

describe('retention', () => {
  it('keeps every event to its last millisecond, and none for more than a day longer', async () => {
    const { sendAll, stub, alarm } = await newObject();
    const here = async () => {
      await alarm();
      const page = await stub.events({ after: 0, limit: 10, topic: null, status: null });
      return page?.events.map(({ sequence }) => sequence);
    };
    await sendAll([1]);
    wait(DAY - 1);
    await sendAll([2]);
    wait(1);
    await sendAll([3]);
    wait(7 * DAY - 2);
    expect(await here()).toEqual([1, 2, 3]);
    wait(2);
    expect(await here()).toEqual([3]);
    // The last table of a webhook to which nothing comes any more.
    wait(DAY - 1);
    expect(await here()).toEqual([3]);
    wait(1);
    expect(await here()).toEqual([]);
  });

  it('quarantines an id whose record is past the window, and takes what was missing', async () => {
    const { sendAll, send, stub, alarm, evict, gaps } = await newObject();
    await sendAll([...range(1, 69), ...range(71, 200)]);
    wait(60_000);
    await alarm();
    // Records are dropped by age, some whole pages of ids at a time.
    wait(9 * DAY);
    await alarm();
    expect(short(await send(5))).toBe('quarantined 200');
    expect(await stub.event(200)).toMatchObject({ reason: 'too_old_to_compare' });
    expect(short(await send(5))).toBe('duplicate 200');
    await evict();
    expect(short(await send(6))).toBe('quarantined 201');
    expect(short(await send(70))).toBe('accepted 202');
    expect((await gaps()).filter(gap => !gap.endsWith('filled'))).toEqual([]);
    expect(short(await send(201))).toBe('accepted 203');
    expect(await stub.event(5)).toBeNull();
  });
});

describe('an event in memory', () => {
  it('is what its row gives back, no more: its body is kept once', async () => {
    await scene([destinationRecord('a')], async s => {
      await s.append(2);
      await s.append(1, {
        issues: [{ path: 'topic', message: 'unknown', given: null, allowed: null }] as never,
      });
      s.world.append([
        { ...(await incomingEvent(1, { body: '{"other":1}' })), signedDigest: 'ab', alsoKnownBy: 'body' },
        { ...(await incomingEvent(7)), added: true },
      ]);
      const kept = s.world.log.feed.eventsAfter(0, 10);
      s.world.restart();
      const read = s.world.log.feed.eventsAfter(0, 10);
      expect(read.length).toBeGreaterThanOrEqual(4);
      expect(kept).not.toBe(read);
      expect(kept).toStrictEqual(read);
    });
  });
});
