/** Managing the gateway by program: two editors, repeated requests, tokens, configuration as code, metrics. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, SEED_SECRET } from '../support/client';
import { type Gateway, startGateway } from '../support/gateway';

let gateway: Gateway;
let client: Client;

beforeAll(async () => {
  gateway = await startGateway();
  client = clientOf(gateway);
});
afterAll(() => gateway.stop());

async function send(method: string, path: string, body: object, headers: Record<string, string>) {
  const authorization = `Bearer ${gateway.adminToken}`;
  const request = { method, headers: { authorization, ...headers }, body: JSON.stringify(body) };
  const response = await fetch(gateway.url + path, request);
  return { status: response.status, etag: response.headers.get('etag') ?? '', text: await response.text() };
}

describe('two editors', () => {
  it('do not overwrite each other', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    const path = `/v1/webhooks/${id}`;
    const read = await client.call('GET', path);
    const tag = { 'if-match': read.headers.get('etag') ?? '' };
    const [one, two] = await Promise.all([
      send('PATCH', path, { name: 'one' }, tag),
      send('PATCH', path, { name: 'two' }, tag),
    ]);
    expect([one.status, two.status].sort()).toEqual([200, 412]);
  });
});

describe('a create that is repeated', () => {
  it('makes one webhook, also over a crash, and shows its secrets again', async () => {
    const key = { 'idempotency-key': crypto.randomUUID() };
    const input = {
      ...{ provider: 'shipstream', secret_key: SEED_SECRET, name: 'once' },
      destinations: [{ url: 'http://127.0.0.1:9/' }],
    };
    const first = await Promise.all([1, 2, 3].map(() => send('POST', '/v1/webhooks', input, key)));
    await gateway.kill9();
    await gateway.restart();
    const later = await send('POST', '/v1/webhooks', input, key);
    expect(new Set([...first, later].map(({ text }) => text)).size).toBe(1);
    expect(later.text).toContain('whsec_');
    const { json } = await client.call('GET', '/v1/webhooks?limit=500');
    const named = (json.webhooks as { name: string }[]).filter(({ name }) => name === 'once');
    expect(named).toHaveLength(1);
    expect((await send('POST', '/v1/webhooks', { ...input, name: 'other' }, key)).status).toBe(422);
  });
});

describe('an API token', () => {
  it('may do what it is for, and nothing after it was revoked', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    const made = await client.call('POST', '/v1/tokens', { name: 'reader', scope: 'read', webhook_id: id });
    const token = String(made.json.token);
    const status = async (method: string, path: string) =>
      (await client.call(method, path, undefined, token)).status;
    expect(await status('GET', `/v1/webhooks/${id}/events`)).toBe(200);
    expect(await status('DELETE', `/v1/webhooks/${id}`)).toBe(403);
    expect(await status('GET', '/v1/webhooks')).toBe(403);
    expect((await client.call('GET', '/v1/tokens')).text).not.toContain(token);
    await client.call('DELETE', `/v1/tokens/${made.json.token_id}`);
    expect(await status('GET', `/v1/webhooks/${id}/events`)).toBe(401);
  });
});

describe('the configuration', () => {
  it('that was exported changes nothing when it is applied', async () => {
    await client.shipstream('http://127.0.0.1:9/', { name: 'kept as code' });
    const exported = await client.call('GET', '/v1/config');
    expect(exported.text).not.toContain('whsec_');
    const applied = await client.call('PUT', '/v1/config', exported.json);
    expect(applied.json).toEqual({ changes: [], warnings: [] });
    const more = { name: 'more', provider: 'shipstream', secret_key: SEED_SECRET };
    const wish = { webhooks: [...(exported.json.webhooks as object[]), more] };
    const planned = await client.call('PUT', '/v1/config?dry_run=1', wish);
    expect(planned.json.changes).toEqual([{ action: 'create', kind: 'webhook', name: 'more' }]);
    await client.call('PUT', '/v1/config', wish);
    expect((await client.call('PUT', '/v1/config', wish)).json).toEqual({ changes: [], warnings: [] });
    const metrics = await client.call('GET', '/metrics');
    expect(metrics.text).toMatch(/^gapless_events_accepted_total\{webhook_id="\d+",webhook="more"\} 0$/m);
  });
});
