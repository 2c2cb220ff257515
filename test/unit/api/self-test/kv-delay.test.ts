import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { kvDelay } from '../../../../src/api/self-test/kv-delay';
import { laggingKv } from '../../../support/lagging-kv';

/** Another for each test, as one of them leaves its own. */
let key: string;
const kv = env.SUBSCRIPTIONS;

/** The time goes on only by waiting. */
const time = {
  now: () => Date.now(),
  wait: async (ms: number) => void vi.setSystemTime(Date.now() + ms),
};

beforeEach(() => {
  key = `self-test:${crypto.randomUUID()}`;
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('is nothing where KV shows at once what was written', async () => {
  expect(await kvDelay(kv, key, time)).toEqual({ newKey: 0, changedKey: 0 });
  expect(await kv.get(key)).toBe(null);
});

it('is as long as KV lags, and KV takes each write', async () => {
  const { refusedWrites } = laggingKv(2000);
  expect(await kvDelay(kv, key, time)).toEqual({ newKey: 2000, changedKey: 2000 });
  expect(refusedWrites()).toBe(0);
});

it('is unknown after 10 s, and the key is deleted', async () => {
  laggingKv(60_000);
  const start = Date.now();
  expect(await kvDelay(kv, key, time)).toEqual({ newKey: null, changedKey: null });
  expect(Date.now() - start).toBeLessThan(25_000);
  vi.restoreAllMocks();
  expect(await kv.get(key)).toBe(null);
});

it('leaves nothing where KV fails midway', async () => {
  const { refuseWrites } = laggingKv(0);
  const failing = {
    ...time,
    wait: async (ms: number) => {
      refuseWrites(true);
      await time.wait(ms);
    },
  };
  await expect(kvDelay(kv, key, failing)).rejects.toThrow('KV PUT failed');
});
