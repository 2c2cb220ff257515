/**
 * Providers by declaration: what is known of each, what an event is known by where nobody vouches for its id, and schemes
 * that a webhook brings along.
 */
import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Client, clientOf, type Json } from '../support/client';
import type { SharedGateway } from '../support/shared-gateway';
import paypal from '../vectors/paypal.json';

let gateway: SharedGateway;
let client: Client;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
});

const SECRET = 'a-signing-secret';
const hmac = (text: string, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', SECRET).update(text).digest(encoding);
const seconds = () => Math.floor(Date.now() / 1000);

const webhookOf = (provider: string, more: Json = {}) =>
  client.createWebhook({ provider, secret_key: SECRET, ...more });

describe('an id that nobody signs', () => {
  const send = (id: number, body: string, delivery: string) =>
    client.send(id, body, {
      'content-type': 'application/json',
      'x-hub-signature-256': `sha256=${hmac(body)}`,
      'x-github-event': 'push',
      'x-github-delivery': delivery,
    });

  it('makes no new event old, and an old one only with a mark', async () => {
    const { webhook_id: id } = await webhookOf('github');
    const first = '{"after":"a"}';
    expect((await send(id, first, 'guid-1')).json).toMatchObject({ status: 'accepted', sequence: 1 });
    expect((await send(id, first, 'guid-1')).json).toMatchObject({ status: 'duplicate', sequence: 1 });
    // Another event that says the same, or someone who captured it and changed the header: it is marked.
    expect((await send(id, first, 'guid-2')).json).toMatchObject({ status: 'accepted', sequence: 2 });
    expect((await send(id, first, 'guid-2')).json).toMatchObject({ status: 'duplicate', sequence: 2 });
    // Or sent it under the id of an event to come.
    expect((await send(id, '{"after":"b"}', 'guid-1')).json).toMatchObject({ status: 'accepted' });
    expect((await client.events(id)).map(event => [event.event_id, event.repeats])).toEqual([
      ['guid-1', null],
      ['guid-2', 1],
      ['guid-1', null],
    ]);
  });

  it('is not missed where two events of one second share it', async () => {
    const { webhook_id: id } = await webhookOf('woocommerce');
    for (const body of ['{"id":1}', '{"id":2}']) {
      const headers = {
        'x-wc-webhook-signature': hmac(body, 'base64'),
        'x-wc-webhook-topic': 'order.updated',
        'x-wc-webhook-id': '10',
        'x-wc-webhook-delivery-id': '3b9f6d',
      };
      expect((await client.send(id, body, headers)).json).toMatchObject({ status: 'accepted' });
    }
  });
});

describe('the same bytes', () => {
  it('under several topics are several events, each accepted once', async () => {
    const { webhook_id: id } = await webhookOf('shopify');
    const body = '{"id":820982911946154508,"financial_status":"paid"}';
    const send = (topic: string, event: string) =>
      client.send(id, body, {
        'x-shopify-hmac-sha256': hmac(body, 'base64'),
        'x-shopify-topic': topic,
        'x-shopify-event-id': event,
      });
    expect((await send('orders/create', 'e1')).json).toMatchObject({ status: 'accepted', sequence: 1 });
    expect((await send('orders/paid', 'e2')).json).toMatchObject({ status: 'accepted', sequence: 2 });
    expect((await send('orders/create', 'e1')).json).toMatchObject({ status: 'duplicate', sequence: 1 });
    // The id of one change, under each of its topics.
    expect((await send('orders/edited', 'e1')).json).toMatchObject({ status: 'accepted', sequence: 3 });
    // Refused for its topic, and the true one passes all the same.
    expect((await send('gateway:gap_opened', 'e4')).json).toMatchObject({ status: 'quarantined' });
    expect((await send('orders/updated', 'e5')).json).toMatchObject({ status: 'accepted' });
  });

  it('signed anew at another time are a retry', async () => {
    const zoom = await webhookOf('zoom');
    const klaviyo = await webhookOf('klaviyo');
    const body = '{"event":"meeting.started","event_ts":1626230691572}';
    for (const [age, status] of [
      [3, 'accepted'],
      [0, 'duplicate'],
    ] as const) {
      const time = String(seconds() - age);
      const headers = {
        'x-zm-request-timestamp': time,
        'x-zm-signature': `v0=${hmac(`v0:${time}:${body}`)}`,
      };
      expect((await client.send(zoom.webhook_id, body, headers)).json).toMatchObject({ status });
      const date = new Date((seconds() - age) * 1000).toUTCString();
      const dated = { 'klaviyo-timestamp': date, 'klaviyo-signature': hmac(body + date) };
      expect((await client.send(klaviyo.webhook_id, body, dated)).json).toMatchObject({ status });
    }
  });
});

describe('bytes that fit two readings', () => {
  const plain = { alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'x-sig' }] };

  it('of a form are held the second time, and the true request is not lost', async () => {
    const { webhook_id: id } = await webhookOf('custom', {
      signature: { ...plain, msg: ['{form*}'], id: ['form:id'], type: ['form:event'] },
    });
    const send = (body: string) => client.send(id, body, { 'x-sig': hmac('amount100eventpaidid7z0') });
    expect((await send('amount=100&event=paid&id=7z0')).json).toMatchObject({ status: 'accepted' });
    expect((await send('amount=100&event=paid&id=7&z=0')).json).toMatchObject({ status: 'quarantined' });
    expect((await send('amount=100&event=paidid7z0')).json).toMatchObject({ status: 'quarantined' });
    expect((await send('amount=100&event=paid&id=7z0')).json).toMatchObject({ status: 'duplicate' });
    expect((await client.events(id))[0]).toMatchObject({ body_signed: false });
  });

  it('of an id and a body are held the second time', async () => {
    const { webhook_id: id } = await webhookOf('custom', {
      signature: { ...plain, msg: ['{h:x-id}{body}'], id: ['h:x-id'] },
    });
    const send = (event: string, body: string) =>
      client.send(id, body, { 'x-id': event, 'x-sig': hmac('abc123{"a":1}') });
    expect((await send('abc123', '{"a":1}')).json).toMatchObject({ status: 'accepted' });
    expect((await send('abc12', '3{"a":1}')).json).toMatchObject({ status: 'quarantined' });
  });
});

it('an id that is signed makes a retry with other bytes a duplicate', async () => {
  const { webhook_id: id } = await webhookOf('stripe');
  const send = (body: string, time = seconds()) =>
    client.send(id, body, { 'stripe-signature': `t=${time},v1=${hmac(`${time}.${body}`)}` });
  const event = (pending: number) => `{"id":"evt_1","type":"a","pending_webhooks":${pending}}`;
  expect((await send(event(2))).json).toMatchObject({ status: 'accepted', sequence: 1 });
  expect((await send(event(1))).json).toMatchObject({ status: 'duplicate', sequence: 1 });
});

describe('settings', () => {
  it('public_url stands for the address that is signed', async () => {
    const publicUrl = 'https://hooks.example.com/square';
    const { webhook_id: id, ingest_url: url } = await webhookOf('square', {
      settings: { public_url: publicUrl },
    });
    const body = '{"event_id":"e","type":"payment.updated"}';
    const send = (address: string, query = '') =>
      client.send(id, body, { 'x-square-hmacsha256-signature': hmac(address + body, 'base64') }, query);
    expect((await send(url)).status).toBe(401);
    expect((await send(publicUrl)).json).toMatchObject({ status: 'accepted' });
    expect((await send(`${publicUrl}?a=b`, '?a=b')).json).toMatchObject({ status: 'duplicate' });
    expect((await send(publicUrl, '?a=b')).status).toBe(401);
  });

  it('tolerance_seconds stands for the age that a scheme allows, and turns no check on or off', async () => {
    const ts = seconds() - 60;
    const body = '{"event_id":"e","event_type":"transaction.paid"}';
    const headers = { 'paddle-signature': `ts=${ts};h1=${hmac(`${ts}:${body}`)}` };
    const { webhook_id: strict } = await webhookOf('paddle');
    expect((await client.send(strict, body, headers)).status).toBe(401);
    const { webhook_id: wide } = await webhookOf('paddle', { settings: { tolerance_seconds: '300' } });
    expect((await client.send(wide, body, headers)).json).toMatchObject({ status: 'accepted' });
    const refused = await client.call('POST', '/v1/webhooks', {
      provider: 'paddle',
      secret_key: SECRET,
      settings: { tolerance_seconds: 'null' },
    });
    expect(refused.status).toBe(422);
  });
});

describe('a scheme of one’s own', () => {
  const SIGNATURE = {
    alg: 'hmac-sha256',
    key: { enc: 'utf8' },
    enc: 'hex',
    sig: [{ h: 'X-Acme-Signature', split: ',', kv: '=', pick: 'v1' }],
    ts: { from: 'sig:t', fmt: 's', tol: 300 },
    msg: ['{ts}.{h:x-acme-id}.{body}'],
    id: ['h:x-acme-id'],
    type: ['json:/kind'],
    entity: ['json:/order'],
    seq: { from: 'json:/n', scope: 'subscription' },
  };

  const send = (id: number, n: number, more: Json = {}) => {
    const body = JSON.stringify({ kind: 'order.paid', order: 7, n, ...more });
    const time = seconds();
    const signature = hmac(`${time}.id-${n}.${body}`);
    return client.send(id, body, {
      'x-acme-signature': `t=${time},v1=${signature}`,
      'x-acme-id': `id-${n}`,
    });
  };

  it('verifies, names and numbers events, and shows what is missing', async () => {
    const { webhook_id: id } = await webhookOf('custom', {
      signature: SIGNATURE,
      sequence: { grace_seconds: 0 },
    });
    expect((await send(id, 1)).json).toEqual({ status: 'accepted', sequence: 1, increment_id: 1 });
    expect((await send(id, 3)).json).toMatchObject({ status: 'accepted', sequence: 2 });
    expect((await send(id, 3)).json).toMatchObject({ status: 'duplicate', sequence: 2 });
    expect((await client.events(id))[1]).toMatchObject({
      topic: 'order.paid',
      event_id: 'id-3',
      increment_id: 3,
    });
    expect((await client.gaps(id)).highest_increment_id).toBe(3);
    const forged = await client.send(id, '{"kind":"a"}', { 'x-acme-signature': 't=1,v1=00' });
    expect(forged.status).toBe(401);
  });

  it('is shown as it was given, and can be changed but for its key', async () => {
    const { webhook_id: id } = await webhookOf('custom', { signature: SIGNATURE });
    const path = `/v1/webhooks/${id}`;
    expect((await client.get<Json>(path)).signature).toEqual(SIGNATURE);
    expect((await client.call('PATCH', path, { signature: { type: ['text:paid'] } })).status).toBe(200);
    expect((await send(id, 1)).json).toMatchObject({ status: 'accepted' });
    expect((await client.events(id)).map(({ topic }) => topic)).toEqual(['paid']);
    const refused = await client.call('PATCH', path, { signature: { alg: 'hmac-sha512' } });
    expect([refused.status, JSON.stringify(refused.json.errors)]).toEqual([
      422,
      expect.stringContaining('/signature'),
    ]);
  });

  it('is refused with the place named where it cannot work', async () => {
    const attempt = async (signature: unknown, provider = 'custom') => {
      const answer = await client.call('POST', '/v1/webhooks', { provider, secret_key: SECRET, signature });
      const errors = answer.json.errors as { path: string }[] | undefined;
      return [answer.status, errors?.map(({ path }) => path)];
    };
    expect(await attempt(undefined)).toEqual([422, ['/signature']]);
    expect(await attempt({ ...SIGNATURE, msg: ['{nonsense}'] })).toEqual([422, ['/signature/msg/0']]);
    expect(await attempt({ ...SIGNATURE, sig: [{ h: 'a b' }] })).toContainEqual(
      expect.arrayContaining(['/signature/sig/0/h']),
    );
    expect(await attempt({ ...SIGNATURE, surprise: 1 })).toEqual([422, ['/signature/surprise']]);
    expect(await attempt(SIGNATURE, 'stripe')).toEqual([422, ['/signature']]);
  });

  it('is refused without the settings that its message contains', async () => {
    const signature = { ...SIGNATURE, msg: ['{cfg:tenant}.{ts}.{h:x-acme-id}.{body}'] };
    const given = { provider: 'custom', secret_key: SECRET, signature };
    const refused = await client.call('POST', '/v1/webhooks', given);
    expect([refused.status, refused.json.errors]).toEqual([
      422,
      [expect.objectContaining({ path: '/signature/msg/0' })],
    ]);
    const { webhook_id: id } = await client.createWebhook({ ...given, settings: { tenant: 't' } });
    expect((await client.call('PATCH', `/v1/webhooks/${id}`, { settings: { tenant: null } })).status).toBe(
      422,
    );
  });

  it('refuses a secret that its key cannot be', async () => {
    const answer = await client.call('POST', '/v1/webhooks', {
      provider: 'custom',
      secret_key: 'not hex',
      signature: { ...SIGNATURE, key: { enc: 'hex' } },
    });
    expect([answer.status, JSON.stringify(answer.json.errors)]).toEqual([
      422,
      expect.stringContaining('/secret_key'),
    ]);
  });
});

it('PayPal is verified with a pinned key, and needs the id of the webhook or a key', async () => {
  const { headers, body, publicKey, webhookId } = paypal;
  const { webhook_id: id } = await client.createWebhook({
    provider: 'paypal',
    secret_key: publicKey,
    settings: { webhook_id: webhookId },
  });
  expect((await client.send(id, body, headers)).json).toMatchObject({ status: 'accepted' });
  expect((await client.send(id, `${body} `, headers)).status).toBe(401);
  const [event] = await client.events(id);
  expect(event).toMatchObject({ topic: 'PAYMENT.SALE.COMPLETED', body_signed: false });
  // No such certificate is asked for: the address is not PayPal's.
  const { webhook_id: other } = await client.createWebhook({ provider: 'paypal', secret_key: webhookId });
  const elsewhere = { ...headers, 'paypal-cert-url': `${gateway.url}/healthz` };
  expect((await client.send(other, body, elsewhere)).status).toBe(401);
  const refused = await client.call('POST', '/v1/webhooks', { provider: 'paypal', secret_key: 'no id!' });
  expect(refused.status).toBe(422);
  // A key with a mistake in it is no id, and a key leaves the id to be said.
  const broken = `${publicKey.slice(0, 100)}A${publicKey.slice(101, -8)}`;
  for (const secret_key of [broken, publicKey.slice(0, 44), publicKey]) {
    expect((await client.call('POST', '/v1/webhooks', { provider: 'paypal', secret_key })).status).toBe(422);
  }
});

it('GET /v1/providers says what each provider is and needs', async () => {
  const { providers } = await client.get<{ providers: Json[] }>('/v1/providers');
  expect(providers.length).toBeGreaterThan(40);
  for (const provider of providers) {
    expect(provider).toMatchObject({
      name: expect.any(String),
      secret_key: expect.any(String),
      settings: expect.any(Array),
      success: expect.any(String),
      signature: expect.objectContaining({ alg: expect.any(String) }),
      reads: expect.objectContaining({ topic: expect.any(String) }),
    });
  }
  expect(providers.find(({ name }) => name === 'shipstream')).toMatchObject({ known_by: 'increment_id' });
  expect(providers.find(({ name }) => name === 'github')).toMatchObject({ known_by: 'delivery_id' });
});
