/** The copy of a record in KV, when a webhook goes and one with the same id comes. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { recordFor, remember } from '../../src/subscriptions/edge-cache';
import { findRecord } from '../../src/subscriptions/store';
import { webhookRecord } from '../support/webhook-record';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('is tried again until KV has taken it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2040, 0, 1) });
  const id = 4_711_000_003;
  const stub = env.WEBHOOKS.getByName(String(id));
  const copied = async () => {
    const found = await findRecord(env.SUBSCRIPTIONS, id);
    return found.ok && found.value !== null ? found.value.version : null;
  };
  const alarmInTime = () =>
    runInDurableObject(stub, async (_object, { storage }) => {
      const at = await storage.getAlarm();
      return at !== null && at - Date.now() <= 5000;
    });
  const later = async () => {
    vi.setSystemTime(Date.now() + 5000);
    await runDurableObjectAlarm(stub);
  };
  await stub.create(webhookRecord({ id, createdAt: 1 }));
  expect([await copied(), await alarmInTime()]).toEqual([1, false]);
  // The namespace that the object has is another object than the test's, of the same class.
  const put = vi.spyOn(Object.getPrototypeOf(env.SUBSCRIPTIONS) as KVNamespace, 'put');
  put.mockRejectedValue(new Error('429 Too Many Requests'));
  await stub.replace(webhookRecord({ id, createdAt: 1, name: 'changed' }), 1);
  expect([await copied(), await alarmInTime()]).toEqual([1, true]);
  await later();
  expect([await copied(), await alarmInTime()]).toEqual([1, true]);
  put.mockRestore();
  await later();
  expect(await copied()).toBe(2);
});

it('is that of the webhook there is, however removing and making it again overlap', async () => {
  const id = 4_711_000_001;
  const stub = env.WEBHOOKS.getByName(String(id));
  await stub.create(webhookRecord({ id, createdAt: 1 }));
  for (let life = 2; life < 8; life++) {
    const current = await stub.getRecord();
    const changing = current === null ? null : stub.replace(current, current.version);
    const removing = stub.remove();
    const making = stub.create(webhookRecord({ id, createdAt: life }));
    expect(await Promise.all([removing, making])).toEqual([true, 'created']);
    await changing;
    expect(await findRecord(env.SUBSCRIPTIONS, id)).toMatchObject({ value: { createdAt: life, version: 1 } });
    expect(await stub.getRecord()).toMatchObject({ createdAt: life, version: 1 });
  }
  await stub.remove();
  expect(await findRecord(env.SUBSCRIPTIONS, id)).toEqual({ ok: true, value: null });
});

it('of an earlier webhook with the id gives way at the edge, whatever its version', async () => {
  const id = 4_711_000_002;
  const now = Date.now();
  remember(webhookRecord({ id, createdAt: 1, version: 7 }), now);
  expect(remember(webhookRecord({ id, createdAt: 2, version: 1 }), now)).toMatchObject({ createdAt: 2 });
  expect(remember(webhookRecord({ id, createdAt: 1, version: 7 }), now)).toMatchObject({ createdAt: 2 });
  expect(await recordFor(env.SUBSCRIPTIONS, id, now)).toMatchObject({ value: { createdAt: 2 } });
});
