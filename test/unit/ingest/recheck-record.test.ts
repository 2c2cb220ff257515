/** Who fails too often reaches no object: neither by many requests at once, nor by many in a row. */
import { describe, expect, it } from 'vitest';
import { newerRecord } from '../../../src/ingest/recheck-record';
import type { WebhookRecord } from '../../../src/subscriptions/webhook';
import { webhookRecord } from '../../support/webhook-record';
import { envWith, limiter } from '../api/doubles';

const CONTEXT = { waitUntil: () => {} };
const NOW = Date.UTC(2026, 10, 20, 12);
const request = (address: string) =>
  new Request('https://gw.example.com/in/1', { headers: { 'cf-connecting-ip': address } });

/** An environment whose objects have a newer record, and count who asks. */
function watched(allowed: number, record: WebhookRecord) {
  let asked = 0;
  const object = {
    getRecord: async () => {
      asked++;
      return { ...record, version: record.version + 1 };
    },
  };
  const WEBHOOKS = { getByName: () => object } as unknown as Env['WEBHOOKS'];
  return { env: envWith({ WEBHOOKS, FAILED_VERIFICATIONS: limiter(allowed) }), asked: () => asked };
}

describe('asking the object for a newer record', () => {
  it('is done once in ten seconds, whoever asks', async () => {
    const record = webhookRecord({ id: 7001 });
    const { env, asked } = watched(1000, record);
    for (let i = 0; i < 50; i++)
      await newerRecord(env, CONTEXT, request(`192.0.2.${i}`), record, NOW + i * 100);
    expect(asked()).toBe(1);
    expect((await newerRecord(env, CONTEXT, request('192.0.2.1'), record, NOW + 10_000))?.version).toBe(
      record.version + 1,
    );
    expect(asked()).toBe(2);
  });

  it('serves those that come while it is under way, and after it', async () => {
    const record = webhookRecord({ id: 7003 });
    const { env, asked } = watched(1000, record);
    const looking = Array.from({ length: 20 }, (_, i) =>
      newerRecord(env, CONTEXT, request(`192.0.2.${i}`), record, NOW),
    );
    const versions = (await Promise.all(looking)).map(found => found?.version);
    expect(versions).toEqual(Array(20).fill(record.version + 1));
    const after = await newerRecord(env, CONTEXT, request('192.0.2.1'), record, NOW + 9999);
    expect(after?.version).toBe(record.version + 1);
    // Who knows as much already has nothing newer to try with.
    expect(await newerRecord(env, CONTEXT, request('192.0.2.1'), after ?? record, NOW + 9999)).toBeNull();
    expect(asked()).toBe(1);
  });

  it('that never ends keeps nobody waiting', async () => {
    const record = webhookRecord({ id: 7004 });
    const never = { getRecord: () => new Promise(() => {}) };
    const WEBHOOKS = { getByName: () => never } as unknown as Env['WEBHOOKS'];
    const env = envWith({ WEBHOOKS, FAILED_VERIFICATIONS: limiter(1000) });
    void newerRecord(env, CONTEXT, request('192.0.2.1'), record, NOW);
    await Promise.resolve();
    expect(await newerRecord(env, CONTEXT, request('192.0.2.2'), record, NOW)).toBeNull();
  });

  it('that never ends is forgotten, and the next request has an answer', async () => {
    const record = webhookRecord({ id: 7005 });
    const newer = { ...record, version: record.version + 1 };
    let asked = 0;
    const object = { getRecord: () => (asked++ === 0 ? new Promise(() => {}) : Promise.resolve(newer)) };
    const WEBHOOKS = { getByName: () => object } as unknown as Env['WEBHOOKS'];
    const env = envWith({ WEBHOOKS, FAILED_VERIFICATIONS: limiter(1000) });
    void newerRecord(env, CONTEXT, request('192.0.2.1'), record, NOW);
    await Promise.resolve();
    await newerRecord(env, CONTEXT, request('192.0.2.2'), record, NOW);
    expect((await newerRecord(env, CONTEXT, request('192.0.2.3'), record, NOW))?.version).toBe(newer.version);
  });

  it('keeps the request that asks alive until there is an answer, whoever hangs up', async () => {
    const record = webhookRecord({ id: 7006 });
    const { env } = watched(1000, record);
    const kept: Promise<unknown>[] = [];
    const context = { waitUntil: (promise: Promise<unknown>) => void kept.push(promise) };
    await Promise.all([1, 2, 3].map(i => newerRecord(env, context, request(`192.0.2.${i}`), record, NOW)));
    expect(kept).toHaveLength(1);
    expect(await kept[0]).toMatchObject({ version: record.version + 1 });
  });

  it('is not had by an address that failed too often, and by another it is', async () => {
    const record = webhookRecord({ id: 7002 });
    const { env, asked } = watched(3, record);
    for (let i = 0; i < 20; i++)
      await newerRecord(env, CONTEXT, request('192.0.2.1'), record, NOW + i * 20_000);
    expect(asked()).toBe(3);
    await newerRecord(env, CONTEXT, request('192.0.2.2'), record, NOW + 1_000_000);
    expect(asked()).toBe(4);
  });
});
