/** One slash at the end of an ingest address is the same address: some providers add it, and some people. */
import { exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { signedRequest } from '../../src/ingest/signed-request';
import { newWebhook, ORIGIN, orderCreated, SECRET } from '../support/rest';
import { webhookRecord } from '../support/webhook-record';

async function mac(text: string): Promise<string> {
  const encoder = new TextEncoder();
  const hash = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(SECRET), hash, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text))).toBase64();
}

const post = (path: string, headers: Record<string, string>, body: string) =>
  exports.default.fetch(new Request(ORIGIN + path, { method: 'POST', headers, body }));

it('takes events with one slash more, and with a query behind it', async () => {
  const { id } = await newWebhook();
  const statuses: number[] = [];
  for (const [index, end] of ['', '/', '/?a=1', '//', '/x', '/?b=/', '%2F'].entries()) {
    const body = orderCreated(index + 1);
    const headers = { 'x-plugin-hmac-sha256': await mac(body) };
    const response = await post(`/in/${id}${end}`, headers, body);
    await response.text();
    statuses.push(response.status);
  }
  expect(statuses).toEqual([200, 200, 200, 404, 404, 200, 404]);
});

it('answers handshakes there', async () => {
  const { id } = await newWebhook({ provider: 'dropbox' });
  const response = await exports.default.fetch(new Request(`${ORIGIN}/in/${id}/?challenge=abc`));
  expect([response.status, await response.text()]).toEqual([200, 'abc']);
});

it('verifies the address as its sender wrote it, with the slash', async () => {
  const signature = { alg: 'hmac-sha256', enc: 'base64', sig: [{ h: 'x-sig' }], msg: ['{url}{body}'] };
  const { id } = await newWebhook({ provider: 'custom', signature });
  const headers = { 'x-sig': await mac(`${ORIGIN}/in/${id}/{}`) };
  const response = await post(`/in/${id}/`, headers, '{}');
  expect([response.status, await response.json()]).toMatchObject([200, { status: 'accepted' }]);

  const env = { PUBLIC_URL: 'https://hooks.example.com' } as Env;
  const urlOf = (url: string, settings = {}) => {
    const request = new Request(url, { method: 'POST' });
    return signedRequest(env, request, new Uint8Array(), webhookRecord({ id: 5, settings })).url;
  };
  expect(urlOf('http://10.0.0.1/in/5')).toBe('https://hooks.example.com/in/5');
  expect(urlOf('http://10.0.0.1/in/5/')).toBe('https://hooks.example.com/in/5/');
  expect(urlOf('http://10.0.0.1/in/5/?a=/')).toBe('https://hooks.example.com/in/5/?a=/');
  expect(urlOf('http://10.0.0.1/in/5?a=/')).toBe('https://hooks.example.com/in/5?a=/');
  // What the webhook's owner says is left alone.
  const own = { public_url: 'https://own.example.com/hook' };
  expect(urlOf('http://10.0.0.1/in/5/', own)).toBe('https://own.example.com/hook');
});
