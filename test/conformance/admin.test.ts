/** Who may manage the gateway, and what is never said again: secrets are shown once and then nowhere. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';
import { startReceiver } from '../support/receiver';

let gateway: Gateway;
let client: Client;

beforeAll(async () => {
  gateway = await startGateway({ ADMIN_TOKEN: 'admin-token-admin-token-admin-7Qx2' });
  client = clientOf(gateway);
});
afterAll(() => gateway.stop());

describe('the admin token', () => {
  const ROUTES: [string, string][] = [
    ['GET', '/v1/webhooks'],
    ['POST', '/v1/webhooks'],
    ['GET', '/v1/webhooks/1'],
    ['DELETE', '/v1/webhooks/1'],
    ['GET', '/v1/webhooks/1/events'],
    ['GET', '/v1/webhooks/1/gaps'],
    ['POST', '/v1/webhooks/1/replays'],
    ['POST', '/v1/webhooks/1/rotate_secret'],
  ];

  it.each(ROUTES)('is needed for %s %s', async (method, path) => {
    const none = await fetch(gateway.url + path, { method });
    expect(none.status).toBe(401);
    expect(none.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    await none.body?.cancel();
    expect((await client.call(method, path, undefined, 'admin-token-admin-token-admin-7Qx3')).status).toBe(
      401,
    );
  });

  it('is accepted, and is not needed for what says whether the gateway is there', async () => {
    expect((await client.call('GET', '/v1/webhooks')).status).toBe(200);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });

  it('is accepted as a token only, not in the address', async () => {
    const response = await fetch(
      `${gateway.url}/v1/webhooks?token=${gateway.adminToken}&access_token=${gateway.adminToken}`,
    );
    expect(response.status).toBe(401);
  });
});

/** In how many files of the gateway's store a text stands. */
async function holding(text: string): Promise<number> {
  const stored = await Promise.all(
    (await readdir(gateway.state, { recursive: true, withFileTypes: true }))
      .filter(entry => entry.isFile())
      .map(entry => readFile(join(entry.parentPath, entry.name))),
  );
  return stored.filter(bytes => bytes.includes(text)).length;
}

describe('secrets', () => {
  it('are in the answer that makes them and in no later one', async () => {
    const receiver = await startReceiver(() => ({ status: 500, body: 'no' }));
    const inbound = 'inbound-secret-9fK2';
    const created = await client.shipstream(receiver.url, { secret_key: inbound, name: 'Secrets' });
    const id = created.webhook_id;
    const outbound = created.destinations[0]?.secret_key ?? '';
    const destination = `/v1/webhooks/${id}/destinations/${created.destinations[0]?.destination_id}`;
    expect(outbound).toMatch(/^whsec_[A-Za-z0-9+/]{32,}=*$/);

    await client.sendShipstream(id, shipstreamEvent(1), inbound);
    await client.sendShipstream(id, shipstreamEvent(3), inbound);
    await client.sendShipstream(id, '{"topic":1}', inbound);
    await eventually(() => expect(receiver.received.length).toBeGreaterThan(0));
    const rotated = await client.call('POST', `${destination}/rotate_secret`, {});
    expect(rotated.status).toBe(200);
    const secrets = [inbound, outbound, outbound.slice(6), `${rotated.json.secret_key}`, gateway.adminToken];

    const answers = await Promise.all([
      client.call('GET', '/v1/webhooks'),
      client.call('GET', `/v1/webhooks/${id}`),
      client.call('PATCH', `/v1/webhooks/${id}`, { name: 'Still secret' }),
      client.call('PATCH', destination, { timeout_seconds: 5 }),
      client.call('POST', `/v1/webhooks/${id}/destinations`, { url: 'not a url', secret_key: outbound }),
      client.call('POST', '/v1/webhooks', { provider: 'shipstream', secret_key: inbound, topics: 7 }),
      client.call('GET', `/v1/webhooks/${id}/events`),
      client.call('GET', `/v1/webhooks/${id}/events/1`),
      client.call('GET', `/v1/webhooks/${id}/gaps`),
      client.call('GET', `/v1/webhooks/${id}/status`),
      client.call('GET', '/v1/providers'),
      client.call('GET', '/openapi.json'),
      client.sendShipstream(id, shipstreamEvent(9), 'wrong'),
    ]);
    for (const { text } of answers) {
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
    for (const secret of secrets) expect(gateway.output()).not.toContain(secret);
    await receiver.close();
  });

  it('are not in anything that is stored', async () => {
    const inbound = 'stored-inbound-secret-4Vd8';
    const created = await client.shipstream('http://127.0.0.1:9/', {
      secret_key: inbound,
      name: 'find me in the store',
    });
    await client.sendShipstream(created.webhook_id, shipstreamEvent(1), inbound);
    const outbound = created.destinations[0]?.secret_key.slice(6) ?? '';
    expect(await holding('find me in the store')).toBeGreaterThan(0);
    expect([await holding(inbound), await holding(outbound)]).toEqual([0, 0]);
  });

  it('that come in a header are not kept with events, and reach the destination on every attempt', async () => {
    const token = 'gitlab-secret-token-9Qx2';
    const receiver = await startReceiver((_, index) => ({ status: index === 0 ? 500 : 200 }));
    const { webhook_id: id } = await client.createWebhook({
      provider: 'gitlab-token',
      secret_key: token,
      name: 'find this in the store',
      destinations: [{ url: receiver.url, retry: { schedule_seconds: [1, 60] } }],
    });
    const path = `/v1/webhooks/${id}`;
    expect((await client.call('POST', `${path}/capture`)).status).toBe(200);
    const headers = { 'x-gitlab-token': token, 'x-gitlab-event': 'Push Hook', 'idempotency-key': 'k1' };
    expect((await client.send(id, '{"object_kind":"push"}', headers)).json).toMatchObject({ sequence: 1 });
    expect((await client.send(id, '{}', { ...headers, 'x-gitlab-token': `${token}!` })).status).toBe(401);
    await eventually(() => expect(receiver.received).toHaveLength(2));
    for (const { headers: sent } of receiver.received) expect(sent['x-gitlab-token']).toBe(token);
    await receiver.close();

    const shown = [
      path,
      `${path}/events/1`,
      `${path}/events?include=body`,
      `${path}/status`,
      `${path}/rejections`,
    ];
    const answers = await Promise.all(shown.map(address => client.get(address)));
    expect(JSON.stringify(answers)).toContain('x-gitlab-event');
    expect(JSON.stringify(answers)).not.toContain(token);
    expect(await holding('find this in the store')).toBeGreaterThan(0);
    expect(await holding(token)).toBe(0);
  });

  it('that were rotated away are refused, and accepted as long as they overlap', async () => {
    const { webhook_id: id } = await client.shipstream(null, { secret_key: 'old' });
    const rotate = (secret_key: string, overlap_seconds: number) =>
      client.call('POST', `/v1/webhooks/${id}/rotate_secret`, { secret_key, overlap_seconds });
    const statusOf = async (increment: number, secret: string) =>
      (await client.sendShipstream(id, shipstreamEvent(increment), secret)).status;

    expect(await statusOf(1, 'old')).toBe(200);
    expect((await rotate('newer', 60)).status).toBe(200);
    expect([await statusOf(2, 'old'), await statusOf(3, 'newer')]).toEqual([200, 200]);
    expect((await rotate('newest', 0)).status).toBe(200);
    expect([await statusOf(4, 'newest'), await statusOf(5, 'newer')]).toEqual([200, 401]);
  });

  it('that are in use are four at most: another one is refused, none is dropped', async () => {
    const { webhook_id: id } = await client.shipstream(null, { secret_key: 's0' });
    const rotate = (secret_key: string, overlap_seconds: number) =>
      client.call('POST', `/v1/webhooks/${id}/rotate_secret`, { secret_key, overlap_seconds });
    for (const secret of ['s1', 's2', 's3']) expect((await rotate(secret, 60)).status).toBe(200);
    const refused = await rotate('s4', 60);
    expect([refused.status, refused.json.errors]).toEqual([
      422,
      [expect.objectContaining({ path: '/overlap_seconds' })],
    ]);
    const statuses = ['s0', 's1', 's2', 's3'].map(
      async (secret, i) => (await client.sendShipstream(id, shipstreamEvent(i + 1), secret)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200]);
    expect((await rotate('s4', 0)).status).toBe(200);
  });
});

describe('input', () => {
  it('that is no JSON is 400, that is not what was asked for 422 with each error', async () => {
    const headers = { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' };
    const malformed = await fetch(`${gateway.url}/v1/webhooks`, { method: 'POST', headers, body: '{' });
    expect(malformed.status).toBe(400);
    const invalid = await client.call('POST', '/v1/webhooks', {
      provider: 'shipstream',
      secret_key: 'x',
      surprise: 1,
    });
    expect(invalid.status).toBe(422);
    expect(invalid.json.errors).toMatchObject([{ path: '/surprise' }]);
  });
});
