/** API tokens over the running gateway: what they may do, what is stored of them, and that they end. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { refusal } from '../../src/api/principal';
import { newToken, tokenDigest } from '../../src/tokens/token';
import { tokensOf } from '../../src/where-is';
import { newWebhook, SECRET, send } from '../support/rest';

afterEach(() => {
  vi.useRealTimers();
});

async function token(given: object) {
  const { status, body } = await send('POST', '/v1/tokens', { name: 'test', ...given });
  expect(status).toBe(201);
  const headers = { Authorization: `Bearer ${body.token}` };
  return {
    id: String(body.token_id),
    text: String(body.token),
    status: async (method: string, path: string, input?: unknown) =>
      (await send(method, path, input, headers)).status,
  };
}

describe('API tokens', () => {
  it('are shown once, stored as digests, listed with their last use, and revoked', async () => {
    const { id, text, status } = await token({ name: 'CI', scope: 'write' });
    expect(text).toMatch(/^gpl_[0-9a-f]{12}_/);
    const entry = async () => {
      const { body, text: listed } = await send('GET', '/v1/tokens');
      expect(listed).not.toContain(text);
      return Object.values(body.tokens ?? {}).find(one => String(one.token_id) === id);
    };
    expect(await entry()).toMatchObject({ name: 'CI', scope: 'write', webhook_id: null, last_used_at: null });
    expect(await status('GET', '/v1/webhooks')).toBe(200);
    expect(await entry()).toMatchObject({ last_used_at: expect.stringMatching(/:00:00\.000Z$/) });
    const stored = await runInDurableObject(env.TOKENS.getByName('tokens'), (_object, state) =>
      JSON.stringify(state.storage.sql.exec('SELECT * FROM tokens').toArray()),
    );
    expect(stored).toContain(id);
    expect(stored).not.toContain(text.slice(20));

    expect((await send('DELETE', `/v1/tokens/${id}`)).status).toBe(204);
    expect((await send('DELETE', `/v1/tokens/${id}`)).status).toBe(404);
    expect(await status('GET', '/v1/webhooks')).toBe(401);
  });

  it('that another isolate revoked work for 10 seconds at most', async () => {
    const { id, status } = await token({});
    expect(await status('GET', '/v1/providers')).toBe(200);
    await env.TOKENS.getByName('tokens').revoke(id);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_001 });
    expect(await status('GET', '/v1/providers')).toBe(401);
  });

  it('do what their scope says', async () => {
    const [one, two] = [await newWebhook(), await newWebhook()];
    const reader = await token({ scope: 'read' });
    expect(await reader.status('GET', one.path)).toBe(200);
    expect(await reader.status('GET', '/v1/webhooks')).toBe(200);
    expect(await reader.status('PATCH', one.path, { silence_seconds: 5 })).toBe(403);
    expect(await reader.status('POST', `${one.path}/events`, {})).toBe(403);
    expect(await reader.status('GET', '/v1/tokens')).toBe(403);

    const writer = await token({ scope: 'write', webhook_id: one.id });
    expect(await writer.status('PATCH', one.path, { silence_seconds: 5 })).toBe(200);
    // Configurations know webhooks by their names.
    expect(await writer.status('PATCH', one.path, { name: 'x' })).toBe(403);
    expect(await writer.status('GET', `${one.path}/events`)).toBe(200);
    expect(await writer.status('GET', two.path)).toBe(403);
    expect(await writer.status('GET', '/v1/webhooks')).toBe(403);
    expect(await writer.status('POST', '/v1/webhooks', {})).toBe(403);
    expect(await writer.status('POST', '/v1/tokens', { name: 'more' })).toBe(403);
    expect(await writer.status('GET', '/v1/providers')).toBe(200);
  });

  it('for one webhook die with it: what has its id later is another webhook', async () => {
    const configure = (webhooks: object[]) => send('PUT', '/v1/config?prune=1', { webhooks });
    const entry = { name: 'token-dies', provider: 'shipstream', secret_key: SECRET };
    const idNow = async () => {
      const { body } = await send('GET', '/v1/webhooks?limit=500');
      const named = Object.values(body.webhooks ?? {}).find(({ name }) => String(name) === entry.name);
      return Number(named?.webhook_id);
    };
    expect((await configure([entry])).status).toBe(200);
    const id = await idNow();
    const [kept, remembered] = [
      await token({ webhook_id: id }),
      await token({ webhook_id: id, scope: 'write' }),
    ];
    expect(await remembered.status('GET', `/v1/webhooks/${id}`)).toBe(200);
    expect((await configure([])).status).toBe(200);
    expect(await remembered.status('GET', `/v1/webhooks/${id}`)).toBe(401);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    expect((await configure([entry])).status).toBe(200);
    expect(await idNow()).toBe(id);
    expect(await kept.status('GET', `/v1/webhooks/${id}`)).toBe(401);
    expect(await remembered.status('GET', '/v1/providers')).toBe(401);
    const { body } = await send('GET', '/v1/tokens');
    expect(JSON.stringify(body)).not.toContain(kept.id);
    const later = await token({ webhook_id: id });
    expect(await later.status('GET', `/v1/webhooks/${id}`)).toBe(200);
  });

  it('die also where their object did not hear of it', async () => {
    const { id, path } = await newWebhook();
    const { text } = newToken(bytes => crypto.getRandomValues(new Uint8Array(bytes)));
    const early = {
      id: text.slice(4, 16),
      name: 'early',
      scope: 'read',
      webhookId: id,
      createdAt: 1,
    } as const;
    await tokensOf(env).add({ ...early, lastUsedAt: null }, await tokenDigest(text));
    const headers = { Authorization: `Bearer ${text}` };
    expect((await send('GET', path, undefined, headers)).status).toBe(401);
    expect((await send('POST', '/v1/tokens', { name: 'x', webhook_id: 5 })).status).toBe(422);
  });

  it('are checked', async () => {
    expect((await send('POST', '/v1/tokens', { scope: 'all' })).status).toBe(422);
    expect((await send('POST', '/v1/tokens', { name: 'x', webhook_id: 'y' })).status).toBe(422);
    const { id } = await newWebhook({ name: 'token-shop' });
    const named = await send('POST', '/v1/tokens', { name: 'x', webhook_id: 'token-shop' });
    expect([named.status, named.body.webhook_id]).toEqual([201, id]);
    const slip = await send('POST', '/v1/tokens', { name: 'x', webhook_id: 'token-shp' });
    expect([slip.status, slip.body.detail]).toEqual([422, expect.stringContaining('"token-shop"')]);
    const forged = { Authorization: `Bearer gpl_0123456789ab_${'A'.repeat(43)}` };
    expect((await send('GET', '/v1/webhooks', undefined, forged)).status).toBe(401);
  });
});

describe('a token for one webhook', () => {
  const one = { id: 'x', name: 'x', scope: 'write', webhookId: 12 } as const;
  it.each([
    ['/v1/webhooks/12', true],
    ['/v1/webhooks/12/events', true],
    ['/v1/webhooks/123', false],
    ['/v1/webhooks/012', false],
    ['/v1/webhooks/%31%32', false],
    ['/v1/webhooks/', false],
    ['/v1/config', false],
    ['/v1/config/12', false],
    ['/v1/status', true],
    ['/v1/status/12', false],
    ['/metrics', false],
  ])('may use %s: %s', (path, allowed) => {
    expect(refusal(one, 'GET', path) === null).toBe(allowed);
  });
});
