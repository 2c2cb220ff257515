/**
 * Receivers that use the libraries of the standards: what arrives verifies with `standardwebhooks` and with `svix`, before,
 * during and after a rotation, and parses as a CloudEvent.
 */
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Client, clientOf, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { type Received, type Receiver, startReceiver } from '../support/receiver';
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

/** Which of some secrets a delivery verifies with, by either library; both have to say the same. */
function verifiesWith(secrets: string[], { body, headers }: Received): boolean[] {
  const passes = (verify: () => unknown): boolean => {
    try {
      verify();
      return true;
    } catch {
      return false;
    }
  };
  return secrets.map(secret => {
    const standard = passes(() => new StandardWebhook(secret).verify(body.toString(), headers));
    const svix = passes(() => new SvixWebhook(secret).verify(body.toString(), headers));
    expect(svix).toBe(standard);
    return standard;
  });
}

async function deliver(id: number, increment: number): Promise<Received> {
  const count = receiver.received.length;
  await client.sendShipstream(id, shipstreamEvent(increment));
  await eventually(() => expect(receiver.received).toHaveLength(count + 1));
  const [delivery] = receiver.received.slice(-1);
  if (delivery === undefined) throw new Error('nothing arrived');
  return delivery;
}

it('verify what arrives, also while a secret rotates', async () => {
  const { webhook_id: id, destinations } = await client.shipstream(receiver.url);
  const [destination] = destinations;
  const before = `${destination?.secret_key}`;
  expect(verifiesWith([before], await deliver(id, 1))).toEqual([true]);

  const path = `/v1/webhooks/${id}/destinations/${destination?.destination_id}/rotate_secret`;
  const rotated = await client.call('POST', path, { overlap_seconds: 8 });
  expect(rotated.status).toBe(200);
  const after = String((rotated.json as { secret_key: string }).secret_key);
  expect(after).not.toBe(before);
  expect(verifiesWith([before, after], await deliver(id, 2))).toEqual([true, true]);

  let increment = 3;
  await eventually(async () => {
    expect(verifiesWith([before, after], await deliver(id, increment++))).toEqual([false, true]);
  });
});

it('parse it as a CloudEvent', async () => {
  const { webhook_id: id } = await client.shipstream(receiver.url);
  const { body, headers } = await deliver(id, 1);
  const event = HTTP.toEvent({ headers, body: body.toString() });
  expect(event).toMatchObject({
    specversion: '1.0',
    id: '1',
    source: `/webhooks/${id}`,
    type: 'order:created',
    sequence: '1',
    data: JSON.parse(body.toString()),
  });
  expect(event instanceof CloudEvent && event.validate()).toBe(true);
});
