/** A secret that was copied with a blank or a line feed is refused wherever one is given, in words that say so. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { jsonRpc } from '../../src/api/jsonrpc/endpoint';
import { newWebhook, send } from '../support/rest';

const url = 'https://app.example.com/hooks';
const WHSEC = `whsec_${new Uint8Array(24).fill(7).toBase64()}`;
const message = expect.stringMatching(/^must not begin or end with a blank or a line feed/);

const ENDS: [string, (secret: string) => string][] = [
  ['a line feed at its end', secret => `${secret}\n`],
  ['CR LF at its end', secret => `${secret}\r\n`],
  ['a blank at its end', secret => `${secret} `],
  ['a tab in front', secret => `\t${secret}`],
  ['a no-break space in front', secret => `\u00a0${secret}`],
];

async function refused(method: string, path: string, body: unknown, at: string, secret: string) {
  const answer = await send(method, path, body);
  expect([answer.status, answer.body.errors]).toEqual([422, [{ path: at, message }]]);
  expect(answer.text).not.toContain(secret.trim());
}

describe.each(ENDS)('a secret with %s', (_, spoilt) => {
  it('makes no webhook', async () => {
    for (const [given, at] of [
      [{ provider: 'stripe', secret_key: spoilt('whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH') }, '/secret_key'],
      [{ provider: 'discord', secret_key: spoilt('ab'.repeat(32)) }, '/secret_key'],
      [{ provider: 'gitlab-token', secret_key: spoilt('token-of-mine') }, '/secret_key'],
    ] as const) {
      await refused('POST', '/v1/webhooks', given, at, given.secret_key);
    }
    const destinations = [{ url, secret_key: spoilt(WHSEC) }];
    const given = { provider: 'shipstream', secret_key: 'own-secret', destinations };
    await refused('POST', '/v1/webhooks', given, '/destinations/0/secret_key', WHSEC);
  });

  it('makes none over JSON-RPC', async () => {
    const record = { is_active: 1, topics: '*', url, extra_headers: '', secret_key: spoilt('own-secret') };
    const params = [env.ADMIN_TOKEN, 'webhook.create', [record]];
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'call', params });
    const response = await jsonRpc.request('/', { method: 'POST', body }, env);
    const text = await response.text();
    expect(text).toContain('secret_key must not begin or end with a blank or a line feed');
    expect(text).not.toContain('own-secret');
  });

  it('is not rotated in, nor given to a destination', async () => {
    const { path, body } = await newWebhook({ destinations: [{ url }] });
    const id = body.destinations?.[0]?.destination_id;
    const rotation = { secret_key: spoilt('own-secret') };
    await refused('POST', `${path}/rotate_secret`, rotation, '/secret_key', 'own-secret');
    const another = { secret_key: spoilt(WHSEC) };
    await refused('POST', `${path}/destinations/${id}/rotate_secret`, another, '/secret_key', WHSEC);
    await refused('POST', `${path}/destinations`, { url, ...another }, '/secret_key', WHSEC);
  });

  it('is in no configuration', async () => {
    const name = `ends ${crypto.randomUUID()}`;
    const wish = (secret_key: string) => ({ webhooks: [{ name, provider: 'shipstream', secret_key }] });
    const at = '/webhooks/0/secret_key';
    await refused('PUT', '/v1/config', wish(spoilt('own-secret')), at, 'own-secret');
    expect((await send('PUT', '/v1/config', wish('own-secret'))).status).toBe(200);
    await refused('PUT', '/v1/config', wish(spoilt('own-secret')), at, 'own-secret');
    expect((await send('PUT', '/v1/config', wish('x'.repeat(4097)))).body.errors).toMatchObject([
      { path: at },
    ]);
  });

  it('is no token for confirming, nor a setting that is a secret', async () => {
    const ecwid = { provider: 'ecwid', secret_key: 'client-secret' };
    const confirm = { url: 'https://app.ecwid.com/api/v3', token: spoilt('store-token') };
    await refused('POST', '/v1/webhooks', { ...ecwid, confirm }, '/confirm/token', 'store-token');
    const { path } = await newWebhook(ecwid);
    await refused('PATCH', path, { confirm }, '/confirm/token', 'store-token');
    // Line feeds and tabs are control characters, which no setting has.
    if (/[\n\t]/.test(spoilt(''))) return;
    const meta = {
      provider: 'meta',
      secret_key: 'app-secret',
      settings: { verify_token: spoilt('verify-me') },
    };
    await refused('POST', '/v1/webhooks', meta, '/settings/verify_token', 'verify-me');
  });
});
