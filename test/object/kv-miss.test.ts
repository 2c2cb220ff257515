/** A webhook answers its provider's first request, although KV says for a minute that there is none, or another. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { forget } from '../../src/subscriptions/edge-cache';
import { laggingKv } from '../support/lagging-kv';
import { ingest, newWebhook, orderCreated, SECRET, send } from '../support/rest';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** As in another isolate, which has seen nothing of the webhook. */
const elsewhere = (id: number) => forget(id);

const meta = (token: string) => ({ provider: 'meta', secret_key: SECRET, settings: { verify_token: token } });
const metaAsks = (id: number, token: string) =>
  send('GET', `/in/${id}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);

const limiterClass = () => Object.getPrototypeOf(env.FAILED_VERIFICATIONS) as RateLimit;

describe('a webhook that was just made', () => {
  it('takes its first event', async () => {
    laggingKv();
    const { id } = await newWebhook();
    elsewhere(id);
    expect(await ingest(id, orderCreated(1))).toMatchObject({ status: 200, body: { status: 'accepted' } });
  });

  it('answers its first handshake', async () => {
    laggingKv();
    const { id } = await newWebhook(meta('first'));
    elsewhere(id);
    expect(await metaAsks(id, 'first')).toMatchObject({ status: 200, text: '1158201444' });
  });

  it('does so right after requests that found none: a miss is not remembered', async () => {
    laggingKv();
    const name = crypto.randomUUID();
    const wish = { webhooks: [{ name, provider: 'shipstream', secret_key: SECRET }] };
    await send('PUT', '/v1/config', wish);
    const id = await idOf(name);
    await send('DELETE', `/v1/webhooks/${id}`);
    expect((await ingest(id, orderCreated(1))).status).toBe(404);
    await send('PUT', '/v1/config', wish);
    elsewhere(id);
    expect((await ingest(id, orderCreated(1))).status).toBe(200);
  });
});

describe('a webhook that was made again by configuration', () => {
  it('answers a handshake and takes events by its own record, not by that of the one before', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2040, 0, 1) });
    laggingKv();
    const name = crypto.randomUUID();
    const wish = (token: string) => ({ webhooks: [{ name, ...meta(token) }] });
    await send('PUT', '/v1/config', wish('old'));
    // KV knows the first one, in a version that the second will not have for a while.
    const id = await idOf(name);
    for (let change = 0; change < 3; change++) {
      vi.setSystemTime(Date.now() + 2000);
      await send('PATCH', `/v1/webhooks/${id}`, { retention_days: 8 + change });
    }
    vi.setSystemTime(Date.now() + 120_000);
    await send('DELETE', `/v1/webhooks/${id}`);
    vi.setSystemTime(Date.now() + 2000);
    expect((await send('PUT', '/v1/config', wish('new'))).status).toBe(200);
    elsewhere(id);
    expect(await metaAsks(id, 'new')).toMatchObject({ status: 200, text: '1158201444' });
  });

  it('is no longer switched off for its handshake', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2041, 0, 1) });
    laggingKv();
    const { id, path } = await newWebhook({ ...meta('first'), is_active: 0 });
    vi.setSystemTime(Date.now() + 120_000);
    await send('PATCH', path, { is_active: 1 });
    elsewhere(id);
    expect((await metaAsks(id, 'first')).status).toBe(200);
  });
});

describe('who asks for unknown webhooks', () => {
  it('is told 404 by the object, and 503 once he asked too often, whatever KV says', async () => {
    laggingKv();
    expect((await send('POST', '/in/4711', 'x')).status).toBe(404);
    vi.spyOn(limiterClass(), 'limit').mockResolvedValue({ success: false });
    const { id } = await newWebhook();
    elsewhere(id);
    for (const unknown of [id, 4711]) {
      const { status, headers } = await send('POST', `/in/${unknown}`, 'x');
      expect([status, headers.get('Retry-After')]).toEqual([503, '30']);
    }
  });
});

describe('a limiter that fails', () => {
  it('lets requests go on, and is logged once', async () => {
    laggingKv();
    const lines = vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(limiterClass(), 'limit').mockRejectedValue(new Error('internal error'));
    const { id } = await newWebhook();
    elsewhere(id);
    expect((await ingest(id, orderCreated(1))).status).toBe(200);
    expect((await ingest(id, orderCreated(2), 'another secret')).status).toBe(401);
    expect((await send('POST', '/in/4711', 'x')).status).toBe(404);
    const { status } = await send('GET', '/v1/webhooks', undefined, { authorization: 'Bearer wrong' });
    expect(status).toBe(401);
    const named = lines.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
    expect(named.filter(({ event }) => event === 'limiter_failed')).toEqual([
      expect.objectContaining({ limiter: 'FAILED_VERIFICATIONS', message: 'internal error' }),
      expect.objectContaining({ limiter: 'FAILED_SIGN_INS', message: 'internal error' }),
    ]);
  });
});

describe('a create whose copy KV refuses', () => {
  it('says so, and takes events all the same', async () => {
    const kv = laggingKv();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    kv.refuseWrites(true);
    const { id, body } = await newWebhook();
    expect(body).toMatchObject({ kv_copy: 'pending' });
    elsewhere(id);
    expect((await ingest(id, orderCreated(1))).status).toBe(200);
    const name = crypto.randomUUID();
    const wish = { webhooks: [{ name, provider: 'shipstream', secret_key: SECRET }] };
    const { body: applied } = await send('PUT', '/v1/config', wish);
    expect(applied.changes).toMatchObject([{ action: 'create', kind: 'webhook', kv_copy: 'pending' }]);
    kv.refuseWrites(false);
    expect((await newWebhook()).body).not.toHaveProperty('kv_copy');
  });
});

async function idOf(name: string): Promise<number> {
  const { body } = await send('GET', '/v1/webhooks?limit=500');
  const found = Object.values(body.webhooks ?? {}).find(webhook => String(webhook.name) === name);
  return Number(found?.webhook_id);
}
