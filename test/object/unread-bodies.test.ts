/** Bodies that are nearly JSON: a byte order mark is skipped, and of the others the issue says what they are. */

import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually';
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

describe('a body that is signed before it is packed', () => {
  const text = '{"type":"order.created"}';
  /** Signed as text, or as the `signed` bytes. */
  async function posted(body: Uint8Array, encoding: string, signed = new TextEncoder().encode(text)) {
    const box = new Box();
    const webhook = await newWebhook({ ...CUSTOM, secret_key: SECRET, destinations: [{ url: box.url }] });
    const headers = { 'content-encoding': encoding, 'x-sig': (await mac(signed)).toHex() };
    return { box, webhook, headers, answer: await post(webhook.id, body, headers) };
  }

  it('is kept and forwarded as it was signed, and known by that', async () => {
    const body = await gzipped(text);
    const { box, webhook, headers, answer } = await posted(body, 'gzip');
    expect(answer).toMatchObject({ code: 200, status: 'accepted' });
    const [kept] = await box.whenKept(1);
    expect(kept?.body).toBe(text);
    expect(kept?.headers['content-encoding']).toBeUndefined();
    expect(kept?.headers['ce-type']).toBe('order.created');
    // Packed in another way, or not at all, it is the same event.
    const named = Uint8Array.of(
      ...body.subarray(0, 3),
      8,
      ...body.subarray(4, 10),
      97,
      0,
      ...body.subarray(10),
    );
    expect(await post(webhook.id, named, headers)).toMatchObject({ code: 200, status: 'duplicate' });
    const { 'x-sig': signature } = headers;
    const plain = await post(webhook.id, new TextEncoder().encode(text), { 'x-sig': signature });
    expect(plain).toMatchObject({ code: 200, status: 'duplicate' });
  });

  it('stays packed where the packed bytes are the signed ones', async () => {
    const body = await gzipped(text);
    const { webhook, answer } = await posted(body, 'gzip', body);
    expect(answer).toMatchObject({ code: 200, status: 'quarantined' });
    const { body: event } = await send('GET', `${webhook.path}/events/1`);
    expect(event.body_base64).toBe(body.toBase64());
  });

  it.each([
    ['another secret', async () => gzipped(`${text} `), 'gzip', 'mismatch'],
    ['more than a body may have', () => gzipped(' '.repeat(1024 * 1024 + 1)), 'gzip', 'content_encoding'],
    ['another encoding', () => gzipped(text), 'br', 'content_encoding'],
    ['no gzip', async () => new TextEncoder().encode(`${text} `), 'gzip', 'content_encoding'],
  ])('is refused, and the reason says why: %s', async (_, made, encoding, reason) => {
    const { webhook, answer } = await posted(await made(), encoding);
    expect(answer.code).toBe(401);
    await eventually(async () => {
      const { body } = await send('GET', `${webhook.path}/rejections`);
      expect(body.counts).toEqual({ [reason]: 1 });
    });
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
