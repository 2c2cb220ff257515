/**
 * Every example payload that the three providers' pages show is accepted and arrives byte for byte at a receiver that checks
 * it with node:crypto alone, and with the reference library of Standard Webhooks.
 */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Client, type CreatedWebhook, clientOf, SEED_SECRET } from '../support/client';
import { eventually } from '../support/eventually';
import { type Received, type Receiver, startReceiver } from '../support/receiver';
import type { SharedGateway } from '../support/shared-gateway';
import { apideckHeaders, ecwidHeaders, standardSignatureHolds } from '../support/signing';
import apideck from '../vectors/apideck-payloads.json';
import ecwid from '../vectors/ecwid-payloads.json';
import shipstream from '../vectors/shipstream-seed-payloads.json';

let gateway: SharedGateway;
let client: Client;
let receiver: Receiver;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
});

beforeEach(async () => {
  receiver = await startReceiver();
  return () => receiver.close();
});

/** How a sender may write the same JSON; the gateway has to pass on the one it got. */
const WRITINGS: Record<string, (value: unknown) => string> = {
  'as printed': value => JSON.stringify(value, null, 4),
  compact: value => JSON.stringify(value),
  "as PHP's json_encode": value => JSON.stringify(value).replaceAll('/', '\\/'),
  'with a final newline': value => `${JSON.stringify(value, null, '\t')}\r\n`,
};

function arrived(count: number): Promise<Received[]> {
  return eventually(() => {
    expect(receiver.received).toHaveLength(count);
    return receiver.received;
  }, 20_000);
}

/** Checks deliveries against the bodies that were sent, in any order, with both verifiers. */
function expectVerified(webhook: CreatedWebhook, deliveries: Received[], bodies: string[]): void {
  const secret = webhook.destinations[0]?.secret_key ?? '';
  const oracle = new Webhook(secret);
  for (const delivery of deliveries) {
    expect(standardSignatureHolds(secret, delivery)).toBe(true);
    oracle.verify(delivery.body, delivery.headers);
  }
  const hex = (bytes: Buffer) => bytes.toString('hex');
  expect(deliveries.map(({ body }) => hex(body)).sort()).toEqual(
    bodies.map(body => hex(Buffer.from(body))).sort(),
  );
}

describe('ShipStream', () => {
  describe.each([...new Set(shipstream.map(({ page }) => page))])('page %s', page => {
    it.each(Object.keys(WRITINGS))('accepts and forwards every example, written %s', async writing => {
      const webhook = await client.shipstream(receiver.url);
      const examples = shipstream.filter(example => example.page === page);
      const bodies = examples.map(({ payload }, i) => {
        const renumbered = { ...payload, message: { ...payload.message, webhook_increment_id: i + 1 } };
        return WRITINGS[writing]?.(renumbered) ?? '';
      });

      for (const [i, body] of bodies.entries()) {
        const answer = await client.sendShipstream(webhook.webhook_id, body);
        expect(answer.status).toBe(200);
        expect(answer.json).toEqual({ status: 'accepted', sequence: i + 1, increment_id: i + 1 });
      }

      const deliveries = await arrived(bodies.length);
      expectVerified(webhook, deliveries, bodies);
      const topics = Object.fromEntries(
        deliveries.map(({ headers }) => [headers['gapless-increment-id'], headers['ce-type']]),
      );
      expect(topics).toEqual(
        Object.fromEntries(examples.map(({ payload }, i) => [`${i + 1}`, payload.topic])),
      );
      expect(await client.gaps(webhook.webhook_id)).toMatchObject({
        highest_increment_id: bodies.length,
        gaps: [],
      });
    });
  });

  it('lets a receiver that verified ShipStream before do so unchanged', async () => {
    const webhook = await client.shipstream(receiver.url);
    const body =
      '{"topic":"order:created","message":{"unique_id":"caf\\u00e9\\/1","webhook_increment_id":1}}';
    await client.sendShipstream(webhook.webhook_id, body);
    const [delivery] = await arrived(1);
    const expected = createHmac('sha256', SEED_SECRET)
      .update(delivery?.body ?? '')
      .digest('base64');
    expect(delivery?.headers['x-plugin-hmac-sha256']).toBe(expected);
  });
});

describe('Apideck', () => {
  const API_KEY = 'sk_live_apideck_example_key';

  it('accepts and forwards the nine events of the page, however they are written', async () => {
    const webhook = await client.createWebhook({
      provider: 'apideck',
      secret_key: API_KEY,
      destinations: [{ url: receiver.url }],
    });
    // The examples share one event id.
    const events = apideck.payloads.map(({ payload }, i) => ({
      ...payload,
      event_id: `${payload.event_id}-${i}`,
    }));
    const topics = events.map(({ event_type }) => event_type);
    const bodies = events.map((payload, i) => JSON.stringify({ payload }, null, i % 3));

    for (const [i, body] of bodies.entries()) {
      const headers = apideckHeaders(
        API_KEY,
        body,
        topics[i] ?? '',
        `e91dea5d-8ff6-4099-8b33-d3162fb4a04${i}`,
      );
      const answer = await client.send(webhook.webhook_id, body, headers);
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({ status: 'accepted', sequence: i + 1, increment_id: null });
    }

    const deliveries = await arrived(bodies.length);
    expectVerified(webhook, deliveries, bodies);
    expect(deliveries.map(({ headers }) => headers['ce-type']).sort()).toEqual(topics.sort());
    const gaps = await client.gaps(webhook.webhook_id);
    expect(gaps).toMatchObject({ numbered: false, gaps: [] });
  });

  it('knows a repeated event by its id, although a retry changes the body', async () => {
    const webhook = await client.createWebhook({ provider: 'apideck', secret_key: API_KEY });
    const attempt = (n: number) =>
      JSON.stringify({
        payload: { event_type: 'ecommerce.order.created', event_id: 'one', execution_attempt: n },
      });
    const answers = [];
    for (const n of [1, 2]) {
      const body = attempt(n);
      const headers = apideckHeaders(API_KEY, body, 'ecommerce.order.created', 'key');
      answers.push((await client.send(webhook.webhook_id, body, headers)).json);
    }
    expect(answers).toMatchObject([
      { status: 'accepted', sequence: 1 },
      { status: 'duplicate', sequence: 1 },
    ]);
  });
});

describe('Ecwid', () => {
  const CLIENT_SECRET = 'test_client_secret';

  it('accepts and forwards the examples of its pages', async () => {
    const webhook = await client.createWebhook({
      provider: 'ecwid',
      secret_key: CLIENT_SECRET,
      destinations: [{ url: receiver.url }],
    });
    const bodies = ecwid.payloads.map(({ payload }) => JSON.stringify(payload, null, 1));
    for (const [i, { payload, query }] of ecwid.payloads.entries()) {
      const headers = ecwidHeaders(CLIENT_SECRET, payload);
      const answer = await client.send(webhook.webhook_id, bodies[i] ?? '', headers, `?${query}`);
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({ status: 'accepted', sequence: i + 1, increment_id: null });
    }
    const deliveries = await arrived(bodies.length);
    expectVerified(webhook, deliveries, bodies);
    expect(deliveries.map(({ url }) => url).sort()).toEqual(
      ecwid.payloads.map(({ query }) => `/?${query}`).sort(),
    );
  });
});
