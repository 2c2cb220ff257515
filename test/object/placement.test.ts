/** Where a webhook's data lives: said when it is made, shown, never changed, and known before its object is asked. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { objectOf } from '../../src/log/stub';
import { forget } from '../../src/subscriptions/edge-cache';
import { courierOf } from '../../src/where-is';
import { laggingKv } from '../support/lagging-kv';
import { ingest, newWebhook, orderCreated, SECRET, send } from '../support/rest';

afterEach(() => vi.restoreAllMocks());

const IN_THE_EU = { jurisdiction: 'eu', location_hint: 'weur' };

describe('a webhook with a jurisdiction', () => {
  it('says so in every answer, and keeps its events there', async () => {
    const { id, path, body } = await newWebhook(IN_THE_EU);
    expect(body).toMatchObject(IN_THE_EU);
    expect((await send('GET', path)).body).toMatchObject(IN_THE_EU);
    expect((await ingest(id, orderCreated(1))).body).toMatchObject({ status: 'accepted' });
    expect((await send('GET', `${path}/events`)).body.events).toHaveLength(1);
    expect(await objectOf(env, { id, jurisdiction: 'eu' }).getRecord()).toMatchObject({ jurisdiction: 'eu' });
    expect(await objectOf(env, { id, jurisdiction: null }).getRecord()).toBeNull();
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await ingest(id, orderCreated(2))).status).toBe(404);
  });

  it('takes its first event although KV knows nothing of it: its id tells where to ask', async () => {
    laggingKv();
    for (const jurisdiction of ['eu', 'fedramp', 'us', null]) {
      const { id } = await newWebhook({ jurisdiction });
      forget(id);
      expect((await ingest(id, orderCreated(1))).status).toBe(200);
    }
  });

  it('is made once under an Idempotency-Key', async () => {
    const input = { provider: 'shipstream', secret_key: SECRET, ...IN_THE_EU };
    const key = { 'Idempotency-Key': crypto.randomUUID() };
    const [first, second] = [
      await send('POST', '/v1/webhooks', input, key),
      await send('POST', '/v1/webhooks', input, key),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(first.body).toMatchObject(IN_THE_EU);
  });

  it.each([
    ['jurisdiction', 'us'],
    ['jurisdiction', null],
    ['location_hint', 'apac'],
  ])('does not move: PATCH %s %s', async (field, value) => {
    const { path } = await newWebhook(IN_THE_EU);
    const { status, body } = await send('PATCH', path, { [field]: value });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      { path: `/${field}`, message: expect.stringContaining('events do not move') },
    ]);
  });

  it.each([
    ['jurisdiction', 'mars', 'one of'],
    ['location_hint', 'moon', 'one of'],
  ])('is refused where there is no such place: %s %s', async (field, value, message) => {
    const { status, body } = await send('POST', '/v1/webhooks', {
      ...{ provider: 'shipstream', secret_key: SECRET, [field]: value },
    });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ path: `/${field}`, message: expect.stringContaining(message) }]);
  });
});

it('is given in JSON-RPC too', async () => {
  const name = crypto.randomUUID();
  const url = `https://${name}.example.com/`;
  const given = { url, topics: '*', is_active: 1, secret_key: SECRET, ...IN_THE_EU };
  const params = [env.ADMIN_TOKEN, 'webhook.create', [given]];
  const { body } = await send('POST', '/api/jsonrpc', { jsonrpc: '2.0', id: 1, method: 'call', params });
  expect(body).toMatchObject({ error: null, result: true });
  const { body: listed } = await send('GET', '/v1/webhooks?limit=500');
  const made = Object.values(listed.webhooks ?? {}).find(one => JSON.stringify(one).includes(name));
  expect(made).toMatchObject(IN_THE_EU);
});

describe('a configuration', () => {
  it('makes it there, exports it so, changes nothing the second time, and does not move it', async () => {
    const name = crypto.randomUUID();
    const entry = { name, provider: 'shipstream', secret_key: SECRET };
    const apply = (more: object) => send('PUT', '/v1/config', { webhooks: [{ ...entry, ...more }] });
    expect((await apply(IN_THE_EU)).body.changes).toMatchObject([{ action: 'create' }]);
    const { body } = await send('GET', '/v1/config');
    const exported = Object.values(body.webhooks ?? {}).find(webhook => String(webhook.name) === name);
    expect(exported).toMatchObject(IN_THE_EU);
    for (const same of [IN_THE_EU, {}]) expect((await apply(same)).body.changes).toEqual([]);
    const { status, body: refused } = await apply({ ...IN_THE_EU, jurisdiction: 'us' });
    expect(status).toBe(422);
    expect(refused.errors).toMatchObject([{ path: '/webhooks/0/jurisdiction' }]);
  });
});

describe("a webhook's couriers", () => {
  it('are where its events may be, and others than those elsewhere', () => {
    const anywhere = courierOf(env, 7, null, 1);
    const inTheEu = courierOf(env, 7, 'eu', 1);
    expect(inTheEu.id.equals(anywhere.id)).toBe(false);
    expect(inTheEu.id.equals(courierOf(env, 7, 'eu', 1).id)).toBe(true);
  });
});
