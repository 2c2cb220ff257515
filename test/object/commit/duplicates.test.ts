/** Every event is accepted exactly once: what an event is known by, for how long, and what happens to its copies. */
import { describe, expect, it } from 'vitest';
import { DAY } from '../../support/durations';
import { range } from '../../support/sequence';
import { useStandingClock, wait } from '../../support/standing-clock';
import { newObject, short } from '../../support/webhook-object';
import { incomingEvent } from '../../support/webhook-record';

useStandingClock();

describe('accepted exactly once', () => {
  it('one of twenty identical concurrent appends, the others are its duplicates', async () => {
    const { together, status } = await newObject();
    const copies = await Promise.all(range(1, 20).map(() => incomingEvent(7)));
    const answers = await together(copies);
    expect(answers.filter(({ kind }) => kind === 'accepted')).toEqual([
      { kind: 'accepted', sequence: 1, incrementId: 7 },
    ]);
    expect(answers.filter(({ kind }) => kind === 'duplicate')).toEqual(
      Array(19).fill({ kind: 'duplicate', sequence: 1, incrementId: 7 }),
    );
    expect(await status()).toMatchObject({ lastSequence: 1, counters: { accepted: 1, duplicate: 19 } });
  });

  it('also where the twenty come one by one through RPC, and after an eviction', async () => {
    const { send, evict } = await newObject();
    const answers = await Promise.all(range(1, 20).map(() => send(7)));
    expect(answers.map(short).sort()).toEqual(['accepted 1', ...Array(19).fill('duplicate 1')]);
    await evict();
    expect(short(await send(7))).toBe('duplicate 1');
  });

  it('gives a batch its sequences in increment order, which leaves no hole and nothing late', async () => {
    const { together, stub } = await newObject();
    const events = await Promise.all([5, 3, 1, 4, 2].map(id => incomingEvent(id)));
    expect((await together(events)).map(short)).toEqual([
      'accepted 5',
      'accepted 3',
      'accepted 1',
      'accepted 4',
      'accepted 2',
    ]);
    const page = await stub.events({ after: 0, limit: 10, topic: null, status: null });
    expect(page?.events.map(({ incrementId, late }) => [incrementId, late])).toEqual(
      range(1, 5).map(id => [id, false]),
    );
  });

  it('by event id, whatever the bytes, where the body is signed', async () => {
    const { send } = await newObject({ provider: 'apideck' });
    expect(short(await send(null, { eventId: 'e1', body: 'a' }))).toBe('accepted 1');
    expect(short(await send(null, { eventId: 'e1', body: 'b' }))).toBe('duplicate 1');
  });

  it('by event id with the same bytes where it is not; other bytes are a conflict', async () => {
    const { send, stub } = await newObject({ provider: 'ecwid' });
    const unsigned = { eventId: 'e1', bodySigned: false };
    expect(short(await send(null, { ...unsigned, body: 'a' }))).toBe('accepted 1');
    expect(short(await send(null, { ...unsigned, body: 'a' }))).toBe('duplicate 1');
    expect(short(await send(null, { ...unsigned, body: 'b' }))).toBe('quarantined 2');
    expect(await stub.event(2)).toMatchObject({ status: 'quarantined', reason: 'conflict' });
    expect(short(await send(null, { ...unsigned, body: 'b' }))).toBe('duplicate 2');
  });

  it('by the bytes within a minute where there is no id at all', async () => {
    const { send } = await newObject();
    expect(short(await send(null, { body: 'ping' }))).toBe('accepted 1');
    wait(59_999);
    expect(short(await send(null, { body: 'ping' }))).toBe('duplicate 1');
    wait(1);
    expect(short(await send(null, { body: 'ping' }))).toBe('accepted 2');
  });

  it('by what was signed, and within a minute by the bytes, where each attempt is signed anew', async () => {
    const { send } = await newObject();
    const signed = (signedDigest: string, body = 'ping') =>
      send(null, { signedDigest, alsoKnownBy: 'body', body });
    expect(short(await signed('t1'))).toBe('accepted 1');
    wait(59_000);
    expect(short(await signed('t2'))).toBe('duplicate 1');
    wait(DAY);
    // Both requests are known for good; the same bytes signed at another time are a new event by now.
    expect(short(await signed('t1'))).toBe('duplicate 1');
    expect(short(await signed('t2'))).toBe('duplicate 1');
    expect(short(await signed('t3'))).toBe('accepted 2');
  });

  it('by event id and by what was signed, where one signature fits several bodies', async () => {
    const { send } = await newObject();
    const signed = (signedDigest: string, eventId: string, body: string) =>
      send(null, { signedDigest, eventId, alsoKnownBy: 'event_id', bodySigned: false, body });
    expect(short(await signed('t1', 'e1', 'a'))).toBe('accepted 1');
    expect(short(await signed('t2', 'e1', 'a'))).toBe('duplicate 1');
    expect(short(await signed('t1', 'e2', 'forged'))).toBe('quarantined 2');
    expect(short(await signed('t2', 'e3', 'forged too'))).toBe('quarantined 3');
    expect(short(await signed('t4', 'e2', 'b'))).toBe('accepted 4');
  });

  it('for at least the window, over generations of keys', async () => {
    const { send } = await newObject({ provider: 'apideck' });
    const at = async (id: string) => short(await send(null, { eventId: id, body: id }));
    expect(await at('a')).toBe('accepted 1');
    wait(8 * DAY - 1);
    expect(await at('b')).toBe('accepted 2');
    wait(1);
    expect(await at('c')).toBe('accepted 3');
    expect(await at('a')).toBe('duplicate 1');
    wait(8 * DAY - 2);
    expect(await at('b')).toBe('duplicate 2');
    wait(2);
    expect(await at('d')).toBe('accepted 4');
    expect(await at('c')).toBe('duplicate 3');
    expect(await at('a')).toBe('accepted 5');
  });
});

describe('every id is known for the whole window', () => {
  it.each([
    [1, 8],
    [8, 8],
    [20, 20],
  ])('with a retention of %i days, for %i', async (retentionDays, days) => {
    const { send } = await newObject({ provider: 'apideck', retentionDays });
    // Twice a day, over three generations of keys.
    for (let half = 1; half <= 6 * days; half++) {
      expect(short(await send(null, { eventId: `e${half}`, body: `${half}` }))).toBe(`accepted ${half}`);
      const old = half - 2 * days;
      wait(DAY / 2 - 1);
      if (old >= 0) {
        const retry = await send(null, { eventId: `e${old + 1}`, body: `${old + 1}` });
        expect(short(retry)).toBe(`duplicate ${old + 1}`);
      }
      wait(1);
    }
  });
});

describe('topics', () => {
  it('that were widened let an ignored event be redelivered, before and after an eviction', async () => {
    const { sendAll, send, change, gaps, alarm, evict } = await newObject({ topics: ['product:*'] });
    const product = { topic: 'product:updated' };
    expect(await sendAll([1, 4], product)).toEqual(['accepted 1', 'accepted 2']);
    expect(await sendAll([2, 3])).toEqual(['ignored', 'ignored']);
    expect(short(await send(2))).toBe('ignored');
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual([]);
    await change({ topics: ['*'] });
    expect(short(await send(2))).toBe('accepted 3');
    expect(short(await send(2))).toBe('duplicate 3');
    await evict();
    expect(short(await send(3))).toBe('accepted 4');
    expect(await sendAll([2, 3])).toEqual(['duplicate 3', 'duplicate 4']);
    expect(await gaps()).toEqual([]);
  });
});
