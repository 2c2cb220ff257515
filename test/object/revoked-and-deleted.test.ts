/** What is over: a secret after its time and a webhook that was deleted take nothing more, and leave nothing behind. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { Sealed } from '../../src/subscriptions/webhook';
import { Box, call, TestWebhook } from '../support/in-worker';
import { START, useStandingClock, wait } from '../support/standing-clock';
import { newObject, short } from '../support/webhook-object';
import { appendRequest, incomingEvent, webhookRecord } from '../support/webhook-record';

vi.setConfig({ testTimeout: 40_000 });

describe('a secret that was rotated', () => {
  useStandingClock();

  it('is good until its time, and what was verified with it later is not taken', async () => {
    const { send, change, status } = await newObject();
    const record = webhookRecord();
    const secrets = record.secrets.map(secret => ({ ...secret, usableUntil: START + 1000 }));
    const next = { id: 'sec_next', sealed: '' as Sealed, usableUntil: null };
    await change({ secrets: [...secrets, next] });
    wait(999);
    expect(short(await send(1))).toBe('accepted 1');
    wait(1);
    expect(await send(2)).toEqual({ kind: 'revoked' });
    // Not as a duplicate either: it tells whoever has the old secret nothing.
    expect(await send(1)).toEqual({ kind: 'revoked' });
    expect(await status()).toMatchObject({ lastSequence: 1, counters: { accepted: 1, duplicate: 0 } });
  });
});

describe('a deleted webhook', () => {
  useStandingClock();

  it('answers gone and has no tables, also after an eviction', async () => {
    const { stub, send, sendAll, tables, evict } = await newObject();
    await sendAll([1, 2, 4]);
    expect(await stub.remove()).toBe(true);
    expect(await tables()).toEqual([]);
    expect(await send(3)).toEqual({ kind: 'gone' });
    expect(await stub.status()).toBeNull();
    expect(await stub.gaps(null)).toEqual({ numbered: false });
    await evict();
    expect(await send(3)).toEqual({ kind: 'gone' });
    expect(await stub.remove()).toBe(false);
    expect(await tables()).toEqual([]);
  });

  it('turns away what was waiting for its commit', async () => {
    const { stub, tables } = await newObject();
    const event = await incomingEvent(1);
    const answers = await runInDurableObject(stub, async object => {
      const append = object.append(appendRequest(event));
      await object.remove();
      return append;
    });
    expect(answers).toEqual({ kind: 'gone' });
    expect(await tables()).toEqual([]);
  });

  it('that never was writes nothing when it is asked', async () => {
    const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
    const answer = await stub.append(appendRequest(await incomingEvent(1)));
    expect(answer).toEqual({ kind: 'gone' });
    expect(await stub.event(1)).toBeNull();
  });
});

describe('a webhook that is deleted', () => {
  it('leaves nothing behind, whatever was under way', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [1, 1, 1] } }]);
    await webhook.sendMany(3);
    await box.whenKept(1);
    expect((await call('DELETE', webhook.path)).status).toBe(204);
    const before = (await box.kept()).length;
    await runInDurableObject(webhook.stub(), async (_, { storage }) => {
      expect(
        storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
      ).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    });
    // What a courier has begun may still arrive; no retry does.
    await new Promise(resolve => setTimeout(resolve, 1500));
    expect((await box.kept()).length).toBeLessThanOrEqual(before + 3);
    expect((await webhook.send()).status).toBe(404);
  });
});
