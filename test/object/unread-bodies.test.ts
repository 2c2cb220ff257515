/** Bodies that are nearly JSON: a byte order mark is skipped, and of the others the issue says what they are. */

import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Box, sequencesOf } from '../support/in-worker';
import { newWebhook, ORIGIN, send } from '../support/rest';

const SECRET = 'whk-secret-1';
const CUSTOM = {
  provider: 'custom',
  signature: { alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'x-sig' }], msg: ['{body}'], type: ['json:/type'] },
};

async function mac(message: Uint8Array): Promise<Uint8Array> {
  const hash = { name: 'HMAC', hash: 'SHA-256' };
  const secret = new TextEncoder().encode(SECRET);
  const key = await crypto.subtle.importKey('raw', secret, hash, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, message));
}

async function post(id: number, body: Uint8Array, headers: Record<string, string>) {
  const request = new Request(`${ORIGIN}/in/${id}`, { method: 'POST', headers, body });
  const response = await exports.default.fetch(request);
  return { code: response.status, ...(await response.json<{ status: string }>()) };
}

const withMark = (text: string) => Uint8Array.of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode(text));

async function gzipped(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe('a byte order mark before JSON', () => {
  it('is skipped by custom schemes, and stays in what is signed and forwarded', async () => {
    const box = new Box();
    const { id } = await newWebhook({
      ...{ ...CUSTOM, secret_key: SECRET },
      destinations: [{ url: box.url, filter: { '/type': ['order.created'] } }],
    });
    const body = withMark('{"type":"order.created"}');
    const answer = await post(id, body, { 'x-sig': (await mac(body)).toHex() });
    expect(answer).toMatchObject({ code: 200, status: 'accepted' });
    const [kept] = await box.whenKept(1);
    if (kept === undefined) throw new Error('nothing was delivered');
    expect(sequencesOf([kept])).toEqual([1]);
    expect(kept.headers['ce-type']).toBe('order.created');
    expect(kept.body).toBe('\ufeff{"type":"order.created"}');
  });

  it('is skipped by ShipStream’s and Ecwid’s events', async () => {
    const shipstream = await newWebhook({ secret_key: SECRET });
    const order = withMark('{"topic":"order:created","message":{"webhook_increment_id":1}}');
    const signature = { 'x-plugin-hmac-sha256': (await mac(order)).toBase64() };
    expect(await post(shipstream.id, order, signature)).toMatchObject({ code: 200, status: 'accepted' });

    const ecwid = await newWebhook({ provider: 'ecwid', secret_key: SECRET });
    const event = { eventId: 'e-1', eventCreated: 1_700_000_000, storeId: 1003, entityId: 7 };
    const text = JSON.stringify({ ...event, eventType: 'product.updated' });
    const signed = await mac(new TextEncoder().encode(`${event.eventCreated}.${event.eventId}`));
    const answer = await post(ecwid.id, withMark(text), { 'x-ecwid-webhook-signature': signed.toBase64() });
    expect(answer).toMatchObject({ code: 200, status: 'accepted' });
  });
});

describe.each([
  ['shipstream', { provider: 'shipstream' }, 'x-plugin-hmac-sha256'],
  ['custom', CUSTOM, 'x-sig'],
])('a signed body of %s that is no JSON', (_, given, header) => {
  const text = '{"type":"order.created","topic":"order:created","n":1}';
  const utf16 = Uint8Array.from([0xff, 0xfe, ...[...text].flatMap(c => [c.charCodeAt(0), 0])]);

  it.each([
    ['UTF-16', async () => utf16, 'is UTF-16 or UTF-32, not UTF-8'],
    ['gzip', () => gzipped(text), 'is compressed (gzip), and is not unpacked'],
    [
      'NaN',
      async () => new TextEncoder().encode(text.replace('1}', 'NaN}')),
      'has NaN or Infinity, which JSON does not know',
    ],
    ['cut off', async () => new TextEncoder().encode(text.slice(0, -1)), 'is not JSON'],
  ])('is quarantined, and the issue says so: %s', async (_name, made, message) => {
    const { id, path } = await newWebhook({ ...given, secret_key: SECRET });
    const body = await made();
    const signature = await mac(body);
    const answer = await post(id, body, {
      [header]: header === 'x-sig' ? signature.toHex() : signature.toBase64(),
    });
    expect(answer).toMatchObject({ code: 200, status: 'quarantined' });
    const { body: event } = await send('GET', `${path}/events/1`);
    expect(event.verdict?.issues).toEqual([{ path: '', message }]);
  });
});
