/**
 * `"sign": "provider"`: a receiver that checks the provider's own signature and its age, as the provider's documentation tells
 * it to, works behind the gateway, on the first attempt and on a retry.
 */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Client, clientOf } from '../support/client';
import { eventually } from '../support/eventually';
import { type Receiver, startReceiver } from '../support/receiver';
import type { SharedGateway } from '../support/shared-gateway';

let gateway: SharedGateway;
let client: Client;
let receiver: Receiver;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.close();
});

const SECRET = 'whsec_test_secret';
const v1 = (time: number, body: string) =>
  createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex');

it('gives a Stripe receiver a signature of now, though the event was signed minutes ago', async () => {
  const { webhook_id: id } = await client.createWebhook({
    provider: 'stripe',
    secret_key: SECRET,
    destinations: [{ url: receiver.url, sign: 'provider' }],
  });
  const body = '{"id":"evt_1","type":"invoice.paid"}';
  const then = Math.floor(Date.now() / 1000) - 240;
  const sent = { 'stripe-signature': `t=${then},v1=${v1(then, body)}` };
  expect((await client.send(id, body, sent)).json).toMatchObject({ status: 'accepted' });

  await eventually(() => expect(receiver.received).toHaveLength(1));
  const [delivery] = receiver.received;
  const header = `${delivery?.headers['stripe-signature']}`;
  const [, time = '', signature = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  expect(Math.abs(Date.now() / 1000 - Number(time))).toBeLessThan(60);
  expect(signature).toBe(v1(Number(time), body));
  expect(delivery?.headers).not.toHaveProperty('webhook-signature');
});
