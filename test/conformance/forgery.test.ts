/**
 * Nothing forged is forwarded, nothing authentic is lost, and nothing that anyone sends makes the gateway fail: what is not
 * signed as it should be is refused with one message for all reasons, what is signed but senseless goes to quarantine.
 */

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  type Client,
  type CreatedWebhook,
  clientOf,
  SEED_SECRET,
  shipstreamEvent,
} from '../support/client';
import { eventually } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';
import { postRaw, type RawAnswer } from '../support/raw-post';
import { type Receiver, startReceiver } from '../support/receiver';
import { withoutRequestId } from '../support/request-id';
import { apideckHeaders, ecwidHeaders, shipstreamHeaders } from '../support/signing';

let gateway: Gateway;
let client: Client;
let receiver: Receiver;
let webhook: CreatedWebhook;
let other: CreatedWebhook;

beforeAll(async () => {
  gateway = await startGateway();
  client = clientOf(gateway);
  receiver = await startReceiver();
  webhook = await client.shipstream(receiver.url);
  other = await client.shipstream(receiver.url, { secret_key: 'another-secret' });
});
afterAll(async () => {
  await receiver.close();
  await gateway.stop();
});

const SIGNATURE = 'x-plugin-hmac-sha256';
const honest = shipstreamEvent(900);
const signed = (body: string | Uint8Array) => shipstreamHeaders(SEED_SECRET, body);
const withSignature = (text: string) => ({ ...signed(honest), [SIGNATURE]: text });
const send = (body: string | Uint8Array, headers: Record<string, string>) =>
  client.send(webhook.webhook_id, body, headers);

const flipped = Buffer.from(honest);
flipped[20] = (flipped[20] ?? 0) ^ 1;

/** What no holder of the secret sent. */
const FORGERIES: Record<string, () => Promise<Answer>> = {
  'a flipped byte in the body': () => send(flipped, signed(honest)),
  'a flipped character in the signature': () =>
    send(honest, withSignature(flipFirst(signed(honest)[SIGNATURE] ?? ''))),
  'no signature': () => send(honest, { 'content-type': 'application/json' }),
  'an empty signature': () => send(honest, withSignature('')),
  "another webhook's secret": () => send(honest, shipstreamHeaders('another-secret', honest)),
  'a signature that is not base64': () => send(honest, withSignature('not base64 $$$')),
  'base64 without its padding': () =>
    send(honest, withSignature((signed(honest)[SIGNATURE] ?? '').replace(/=+$/, ''))),
  'hex instead of base64': () =>
    send(honest, withSignature(createHmac('sha256', SEED_SECRET).update(honest).digest('hex'))),
  'half of the signature': () => send(honest, withSignature(signed(honest)[SIGNATURE]?.slice(0, 20) ?? '')),
  'another hash': () =>
    send(honest, withSignature(createHmac('sha1', SEED_SECRET).update(honest).digest('base64'))),
  'two signatures, one of them true': () => send(honest, withSignature(`${signed(honest)[SIGNATURE]}, AAAA`)),
  'an empty body without a signature': () => send('', { 'content-type': 'application/json' }),
  'invalid UTF-8 without a true signature': () => send(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), signed('{}')),
  'no JSON, without a true signature': () => send('<xml/>', signed('{}')),
};

describe('what is not signed', () => {
  it('is refused with 401 and one message for every reason', async () => {
    const answers = new Map<string, Answer>();
    for (const [name, attempt] of Object.entries(FORGERIES)) answers.set(name, await attempt());

    expect(Object.fromEntries([...answers].map(([name, { status }]) => [name, status]))).toEqual(
      Object.fromEntries([...answers.keys()].map(name => [name, 401])),
    );
    expect(new Set([...answers.values()].map(({ text }) => withoutRequestId(text))).size).toBe(1);
    const [first] = answers.values();
    expect(first?.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await client.events(webhook.webhook_id)).toEqual([]);
  });

  it('is refused on the other webhook too, whose secret it has not', async () => {
    expect((await client.send(other.webhook_id, honest, signed(honest))).status).toBe(401);
    expect(await client.events(other.webhook_id)).toEqual([]);
  });
});

describe('what is signed but makes no sense', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const NONSENSE: Record<string, string | Uint8Array> = {
    'an empty body': '',
    'no JSON': '<xml/>',
    'JSON cut short': honest.slice(0, -3),
    'invalid UTF-8': Buffer.concat([
      Buffer.from('{"topic":"order:created","x":"'),
      Uint8Array.of(0xff, 0xfe),
      Buffer.from('"}'),
    ]),
    'JSON that is no object': '[1,2,3]',
    null: 'null',
    'deep JSON': deep,
    'deep JSON inside a message': `{"topic":"order:created","message":{"webhook_increment_id":70,"x":${deep}}}`,
    'a topic that is no text': '{"topic":{"a":1},"message":{"webhook_increment_id":71}}',
    'no message': '{"topic":"order:created"}',
    'an increment id of zero': shipstreamEvent(0),
    'a negative increment id': shipstreamEvent(-5),
    'a fractional increment id': '{"topic":"order:created","message":{"webhook_increment_id":1.5}}',
    'an increment id beyond 2^53':
      '{"topic":"order:created","message":{"webhook_increment_id":9007199254740993}}',
    'the topic twice':
      '{"topic":"order:created","topic":"order:canceled","message":{"webhook_increment_id":72}}',
    'the increment id twice':
      '{"topic":"order:created","message":{"webhook_increment_id":73,"webhook_increment_id":74}}',
    "a topic of the gateway's own": '{"topic":"gateway:gap_opened","message":{"webhook_increment_id":75}}',
  };

  it('goes to quarantine with 200 and its issues, and is not forwarded', async () => {
    const answers: Record<string, unknown> = {};
    for (const [name, body] of Object.entries(NONSENSE)) {
      const { status, json } = await send(body, signed(body));
      answers[name] = [status, json.status];
      if (json.status === 'quarantined') expect(json.issues, name).not.toEqual([]);
    }
    expect(answers).toEqual(
      Object.fromEntries(Object.keys(NONSENSE).map(name => [name, [200, 'quarantined']])),
    );
    const kept = await client.events(webhook.webhook_id, '&status=quarantined');
    expect(kept).toHaveLength(Object.keys(NONSENSE).length);
  });
});

describe('a body that is too large', () => {
  const MIB = 1024 * 1024;
  const large = Buffer.alloc(2 * MIB, 0x20);
  const expectTooLarge = ({ status, headers, text }: RawAnswer) => {
    expect(status).toBe(413);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(text)).toMatchObject({ status: 413 });
  };

  it('is refused with 413 when its length is announced, before any of it is sent', async () => {
    const headers = { ...signed(large), 'content-length': `${large.length}` };
    expectTooLarge(await postRaw(webhook.ingest_url, large, headers, 0));
  });

  it('is refused with 413 when it comes in chunks, as soon as it is too large', async () => {
    const headers = { ...signed(large), 'transfer-encoding': 'chunked' };
    expectTooLarge(await postRaw(webhook.ingest_url, large, headers, MIB + 1));
  });
});

describe('schemes that sign values of the body', () => {
  it('refuses an Ecwid event that names a signed field twice', async () => {
    const { webhook_id: id } = await client.createWebhook({
      provider: 'ecwid',
      secret_key: 'client_secret',
      destinations: [{ url: receiver.url }],
    });
    const event = { eventCreated: 1234567, eventId: 'first' };
    for (const body of [
      '{"eventId":"first","eventId":"second","eventCreated":1234567,"eventType":"order.updated","storeId":1,"entityId":2}',
      '{"eventId":"second","eventId":"first","eventCreated":1234567,"eventType":"order.updated","storeId":1,"entityId":2}',
      '{"eventId":["first"],"eventCreated":1234567,"eventType":"order.updated","storeId":1,"entityId":2}',
      '{"eventCreated":1234567,"eventType":"order.updated","storeId":1,"entityId":2}',
      'not json',
    ]) {
      expect((await client.send(id, body, ecwidHeaders('client_secret', event))).status, body).toBe(401);
    }
    expect(await client.events(id)).toEqual([]);
  });

  it('refuses an Apideck event that names a field twice', async () => {
    const { webhook_id: id } = await client.createWebhook({
      provider: 'apideck',
      secret_key: 'api_key',
      destinations: [{ url: receiver.url }],
    });
    const body = '{"payload":{"event_type":"ecommerce.order.created","event_id":"a","event_id":"b"}}';
    const headers = apideckHeaders('api_key', body, 'ecommerce.order.created', 'k');
    expect((await client.send(id, body, headers)).status).toBe(401);
    expect(await client.events(id)).toEqual([]);
  });
});

it('forwards the honest event after all of this, and nothing else', async () => {
  expect((await send(honest, signed(honest))).json).toMatchObject({ status: 'accepted', increment_id: 900 });
  await eventually(() => expect(receiver.received.length).toBeGreaterThan(0));
  expect(receiver.received.map(({ body }) => body.toString())).toEqual([honest]);
  expect(gateway.output()).not.toMatch(/uncaught|Error:/i);
});

function flipFirst(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
}
