/** Appends that share a transaction: each is answered as if it had come alone, and one that fails leaves no trace. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { AppendResult } from '../../../src/log/contract/append';
import { DAY } from '../../support/durations';
import { range } from '../../support/sequence';
import { useStandingClock, wait } from '../../support/standing-clock';
import { newObject, short } from '../../support/webhook-object';
import { appendRequest, incomingEvent } from '../../support/webhook-record';

useStandingClock();

/** The answer for what could not be stored. */
const refused = { kind: 'overloaded', refused: 'failed' };

describe('a batch', () => {
  it('that fails because of one event stores the others and leaves no trace of it', async () => {
    const { together, status, gaps, sendAll, evict } = await newObject();
    await sendAll([1]);
    const events = await Promise.all(range(2, 6).map(id => incomingEvent(id)));
    const bad = events[2];
    if (bad === undefined) throw new Error('no event');
    // The column takes no NULL, so the insert throws after the tracker has already taken the id.
    Object.assign(bad, { query: null });
    const answers = await together(events);
    expect(answers.map(({ kind }) => kind)).toEqual([
      ...['accepted', 'accepted', 'overloaded', 'accepted', 'accepted'],
    ]);
    expect(answers[2]).toEqual(refused);
    expect(await status()).toMatchObject({
      lastSequence: 5,
      highestIncrementId: 6,
      counters: { accepted: 5 },
    });
    await evict();
    expect(await status()).toMatchObject({
      lastSequence: 5,
      highestIncrementId: 6,
      counters: { accepted: 5 },
    });
    const again = await together([await incomingEvent(4)]);
    expect(again.map(short)).toEqual(['accepted 6']);
    expect(await gaps()).toEqual([]);
    expect(await sendAll([2, 3, 5, 6])).toEqual(['duplicate 2', 'duplicate 3', 'duplicate 4', 'duplicate 5']);
  });

  it('that comes in one call is answered one by one, and as if each had come alone', async () => {
    const { stub, status } = await newObject();
    const events = await Promise.all([3, 1, 2, 1, 4].map(id => incomingEvent(id)));
    Object.assign(events[2] ?? {}, { query: null });
    const requests = events.map(event => appendRequest(event));
    const [, , , , last] = requests;
    Object.assign(last ?? {}, { version: 0 });
    const answers = (await stub.appendAll(requests)) as (AppendResult | null)[];
    expect(answers.map(answer => answer?.kind ?? null)).toEqual([
      'accepted',
      'accepted',
      'overloaded',
      'duplicate',
      'stale',
    ]);
    expect(await status()).toMatchObject({ highestIncrementId: 3, counters: { accepted: 2, duplicate: 1 } });
    await stub.remove();
    expect(await stub.appendAll(requests.slice(0, 2))).toEqual([{ kind: 'gone' }, { kind: 'gone' }]);
  });

  it('in a call that an object of an earlier release does not know fails as edges expect', async () => {
    const stub = env.WEBHOOKS.getByName(crypto.randomUUID()) as unknown as { later(): Promise<void> };
    const error = await stub.later().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain('does not implement');
  });

  it('that fails on its very first event leaves no table of a day or of keys behind', async () => {
    const { together, tables, send } = await newObject({ provider: 'apideck' });
    const before = await tables();
    const bad = Object.assign(await incomingEvent(null, { eventId: 'e' }), { query: null });
    expect(await together([bad])).toEqual([refused]);
    expect(await tables()).toEqual(before);
    expect(short(await send(null, { eventId: 'e' }))).toBe('accepted 1');
  });

  it('that fails as the first of a new day, or of a new generation of keys, leaves what was there', async () => {
    const { stub, together, tables, send } = await newObject({ provider: 'apideck', retentionDays: 30 });
    const fails = async (eventId: string) => {
      const before = await tables();
      const bad = Object.assign(await incomingEvent(null, { eventId }), { query: null });
      expect(await together([bad])).toEqual([refused]);
      expect(await tables()).toEqual(before);
    };
    const at = async (eventId: string) => short(await send(null, { eventId, body: eventId }));
    expect(await at('a')).toBe('accepted 1');
    wait(DAY);
    await fails('day');
    expect(await at('day')).toBe('accepted 2');
    wait(29 * DAY);
    await fails('generation');
    expect(await at('a')).toBe('duplicate 1');
    expect(await at('generation')).toBe('accepted 3');
    expect(await at('a')).toBe('duplicate 1');
    expect(await stub.event(1)).toMatchObject({ eventId: 'a' });
    expect(await tables()).toEqual(expect.arrayContaining(['seen_1', 'seen_2', 'events_1', 'events_3']));
  });

  it('holds at most 16 MiB; what is beyond is turned away at once and accepted later', async () => {
    const { together, send } = await newObject();
    const events = await Promise.all(range(1, 20).map(id => incomingEvent(id, { bodyBytes: 1024 * 1024 })));
    for (const [index, event] of events.entries())
      event.fingerprint = event.fingerprint.map(byte => byte ^ index);
    const kinds = (await together(events)).map(({ kind }) => kind);
    expect(kinds).toEqual([...Array(15).fill('accepted'), ...Array(5).fill('overloaded')]);
    expect(short(await send(16))).toBe('accepted 16');
  });
});
