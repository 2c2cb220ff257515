/** A listener that is cut off, or slow, or idle: it loses nothing, gets nothing twice, and costs nothing. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Box, call, TestWebhook } from '../../support/in-worker';
import { Listening } from '../../support/listening';
import { useStandingClock, wait } from '../../support/standing-clock';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Signed, and not as its schema wants it: held until it is let go. */
const held = (n: number) => `{"topic":"order:created","message":{"webhook_increment_id":"x${n}"}}`;

describe('coming again with the cursor of the last message', () => {
  it('gives every event once, in the order of the feed, whatever happens in between', async () => {
    const step = fc.constantFrom('send', 'send', 'hold', 'release', 'cut', 'evict', 'crash', 'look');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async steps => {
        const webhook = await TestWebhook.create([]);
        let listening = await Listening.to(webhook.id, { query: '?after=0' });
        const heard: number[] = [];
        let count = 0;
        const holding: number[] = [];
        const again = async () => {
          heard.push(...listening.sequences);
          listening = await Listening.to(webhook.id, { query: `?after=${listening.cursor}` });
        };
        for (const what of steps) {
          if (what === 'send' && ++count > 0) await webhook.send();
          if (what === 'hold') {
            holding.push(++count);
            await webhook.post(held(count));
          }
          const sequence = what === 'release' ? holding.shift() : undefined;
          if (sequence !== undefined) await call('POST', `${webhook.path}/events/${sequence}/release`);
          if (what === 'evict') await evictDurableObject(webhook.stub()).catch(() => undefined);
          if (what === 'crash') {
            await evictDurableObject(webhook.stub(), { webSockets: 'close' }).catch(() => undefined);
            await again();
          }
          if (what === 'cut') {
            listening.cut();
            await again();
          }
          if (what === 'look') await scheduler.wait(1);
        }
        const { body } = await call<{ events: { sequence: number }[] }>(
          'GET',
          `${webhook.path}/feed?limit=500`,
        );
        const all = body.events.map(event => event.sequence);
        await listening.until(() => heard.length + listening.sequences.length >= all.length);
        expect([...heard, ...listening.sequences]).toEqual(all);
        listening.cut();
      }),
      { numRuns: 12 },
    );
  });
});

describe('a listener that does not keep up', () => {
  useStandingClock();

  /** A mark stands after two of these, and with four marks out nothing more is sent. */
  const large = { extra: { note: 'x'.repeat(70_000) } };
  const query = '?after=0&include=body';

  /** A listener that has been sent as much as it may be. */
  async function full(webhook: TestWebhook): Promise<Listening> {
    const slow = await Listening.to(webhook.id, { query, slow: true });
    await slow.until(() => slow.of('mark').length === 4);
    return slow;
  }

  it('is sent so much, then the rest when its marks come back', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.sendMany(12, large);
    const slow = await full(webhook);
    await webhook.send();
    await evictDurableObject(webhook.stub());
    await webhook.send();
    await scheduler.wait(50);
    expect(slow.sequences).toEqual(range(1, 8));
    for (const mark of slow.of('mark')) slow.send(JSON.stringify(mark));
    await slow.until(() => slow.sequences.length === 14);
    expect(slow.sequences).toEqual(range(1, 14));
  });

  it('does not hold up those that do', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.sendMany(9, large);
    const slow = await full(webhook);
    const quick = await Listening.to(webhook.id, { query });
    await webhook.sendMany(20);
    await quick.until(() => quick.sequences.length === 29);
    expect(quick.sequences).toEqual(range(1, 29));
    expect(slow.sequences).toEqual(range(1, 8));
  });

  it('is told how many messages it missed that are in no feed', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url }]);
    await webhook.sendMany(9, large);
    await expect.poll(async () => (await webhook.status()).delivered).toBe(9);
    const slow = await full(webhook);
    await call('POST', `${webhook.path}/events/5/replay`, { destination_id: webhook.destinations[0] });
    const replayed = () => call<{ attempts: object[] }>('GET', `${webhook.path}/events/5`);
    await expect.poll(async () => (await replayed()).body.attempts.length).toBe(2);
    expect(slow.of('delivery')).toEqual([]);
    for (const mark of slow.of('mark')) slow.send(JSON.stringify(mark));
    await slow.until(() => slow.of('skipped').length > 0);
    expect(slow.of('skipped')).toMatchObject([{ messages: 1 }]);
    await call('POST', `${webhook.path}/events/6/replay`, { destination_id: webhook.destinations[0] });
    await slow.until(() => slow.of('delivery').length > 0);
  });

  it('is closed after a minute, when there is more to send, and can go on', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.sendMany(9, large);
    const slow = await full(webhook);
    wait(50_000);
    await webhook.send();
    await evictDurableObject(webhook.stub());
    expect(slow.closed).toBe(null);
    wait(20_000);
    await webhook.send();
    await slow.until(() => slow.closed !== null);
    expect(slow.closed).toEqual({ code: 4008, reason: 'too_slow' });
    const again = await Listening.to(webhook.id, { query: `?after=${slow.cursor}` });
    await again.until(() => again.sequences.at(-1) === 11);
    expect([...slow.sequences, ...again.sequences]).toEqual(range(1, 11));
  });
});

describe('what listening costs', () => {
  useStandingClock();

  /** What the object wrote during `run`, and how often it set its alarm. */
  async function costOf(webhook: TestWebhook, run: () => Promise<unknown>) {
    const count = await runInDurableObject(webhook.stub(), (_object, { storage }) => {
      const exec = vi.spyOn(storage.sql, 'exec');
      const alarm = vi.spyOn(storage, 'setAlarm');
      return () => ({
        rows: exec.mock.results.reduce(
          (sum, { value }) => sum + (value as SqlStorageCursor<Record<string, SqlStorageValue>>).rowsWritten,
          0,
        ),
        alarms: alarm.mock.calls.length,
      });
    });
    await run();
    const cost = count();
    vi.restoreAllMocks();
    return cost;
  }

  it('is no row for connecting, hearing and leaving', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.sendMany(2);
    const cost = await costOf(webhook, async () => {
      const two = [await Listening.to(webhook.id), await Listening.to(webhook.id)];
      await webhook.sendMany(100);
      for (const listening of two) {
        await listening.until(() => listening.sequences.length === 100);
        listening.cut();
        await listening.until(() => listening.closed !== null);
      }
    });
    expect(cost).toEqual({ rows: 100, alarms: 0 });
  });

  it('is nothing for an idle hour: no row, no alarm, and the object is not woken', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.send();
    const listening = await Listening.to(webhook.id);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const cost = await costOf(webhook, async () => {
      wait(60_000);
      await scheduler.wait(20);
    });
    expect(cost).toEqual({ rows: 0, alarms: 0 });
    expect(timers).not.toHaveBeenCalled();
    await evictDurableObject(webhook.stub());
    for (let minute = 0; minute < 60; minute++) {
      wait(60_000);
      listening.send('ping');
    }
    await listening.until(() => listening.others.length === 60);
    expect(listening.others).toEqual(Array(60).fill('pong'));
    // Only one that runs can be evicted.
    await expect(evictDurableObject(webhook.stub())).rejects.toThrow();
    await webhook.send();
    await listening.until(() => listening.sequences.length === 1);
  });
});
