/**
 * Ecwid signs the id and time of an event but not its body, and asks to look the entity up before believing it. With
 * `confirm` the gateway does: what is not confirmed is never forwarded and never dropped.
 */
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Client, clientOf } from '../support/client';
import { eventually, pause } from '../support/eventually';
import { type Behaviour, type Receiver, startReceiver } from '../support/receiver';
import type { SharedGateway } from '../support/shared-gateway';
import { ecwidHeaders } from '../support/signing';

const CLIENT_SECRET = 'test_client_secret';
const TOKEN = 'secret_ecwid_api_token';
const STORE = 1003;

let gateway: SharedGateway;
let client: Client;
let shop: Receiver;
let receiver: Receiver;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
});

beforeEach(async () => {
  shop = await startReceiver();
  receiver = await startReceiver();
  return () => Promise.all([shop.close(), receiver.close()]);
});

type EcwidEvent = {
  eventId: string;
  eventType: string;
  eventCreated: number;
  storeId: number;
  entityId: number;
  data?: unknown;
};

function event(eventType: string, more: Partial<EcwidEvent> = {}): EcwidEvent {
  return {
    eventId: 'e-1',
    eventType,
    eventCreated: 1230329329,
    storeId: STORE,
    entityId: 130030039,
    ...more,
  };
}

const found: Behaviour = ({ url }) => {
  const id = Number(url.split('?')[0]?.split('/').at(-1));
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id }) };
};

async function confirmed(): Promise<number> {
  const { webhook_id: id } = await client.createWebhook({
    provider: 'ecwid',
    secret_key: CLIENT_SECRET,
    confirm: { url: `${shop.url}/api/v3`, token: TOKEN },
    destinations: [{ url: receiver.url }],
  });
  return id;
}

async function sendAccepted(id: number, sent: EcwidEvent): Promise<string> {
  const body = JSON.stringify(sent);
  const answer = await client.send(
    id,
    body,
    ecwidHeaders(CLIENT_SECRET, sent),
    `?eventtype=${sent.eventType}`,
  );
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ status: 'accepted', sequence: 1 });
  return body;
}

/** Status and reason of the one event. */
async function verdict(id: number): Promise<unknown> {
  const { status, reason } = await client.event(id, 1);
  return [status, reason];
}

describe('an event whose entity', () => {
  it('is found, is forwarded', async () => {
    shop.behave(found);
    const id = await confirmed();
    const body = await sendAccepted(id, event('product.updated'));
    await eventually(() => expect(receiver.received.map(got => got.body.toString())).toEqual([body]));
    const [asked] = shop.received;
    expect(asked?.method).toBe('GET');
    expect(asked?.url).toMatch(/^\/api\/v3\/1003\/products\/130030039(\?|$)/);
    expect(asked?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('is not found, goes to quarantine as unconfirmed', async () => {
    shop.behave(() => ({ status: 404, body: '{"errorMessage":"Product not found"}' }));
    const id = await confirmed();
    await sendAccepted(id, event('product.updated'));
    await eventually(async () => expect(await verdict(id)).toEqual(['quarantined', 'unconfirmed']));
    await pause(300);
    expect(receiver.received).toEqual([]);
  });

  it('is not found because it was deleted, is forwarded', async () => {
    shop.behave(() => ({ status: 404 }));
    const id = await confirmed();
    const body = await sendAccepted(id, event('product.deleted'));
    await eventually(() => expect(receiver.received.map(got => got.body.toString())).toEqual([body]));
  });

  it('may not be read with the token, is held, is shown, and is forwarded once it may', async () => {
    shop.behave(() => ({ status: 401 }));
    const id = await confirmed();
    const body = await sendAccepted(id, event('product.updated'));
    await eventually(() => expect(shop.received.length).toBeGreaterThan(0));
    await pause(500);
    expect(receiver.received).toEqual([]);
    const [status, reason] = (await verdict(id)) as [string, string];
    expect(status).not.toBe('quarantined');
    expect(reason).not.toBeNull();
    shop.behave(found);
    await eventually(() => expect(receiver.received.map(got => got.body.toString())).toEqual([body]), 30_000);
  });

  it('cannot be asked for because the shop is down, is forwarded when it is up again', async () => {
    const id = await confirmed();
    await shop.down();
    const body = await sendAccepted(id, event('product.updated'));
    await pause(1_000);
    expect(receiver.received).toEqual([]);
    shop.behave(found);
    await shop.up();
    await eventually(() => expect(receiver.received.map(got => got.body.toString())).toEqual([body]), 30_000);
  });
});

describe('an event that contradicts itself', () => {
  it('goes to quarantine when the address names another type than the body', async () => {
    shop.behave(found);
    const id = await confirmed();
    const sent = event('product.updated');
    const answer = await client.send(
      id,
      JSON.stringify(sent),
      ecwidHeaders(CLIENT_SECRET, sent),
      '?eventtype=order.created',
    );
    expect(answer.json).toMatchObject({ status: 'quarantined' });
    await pause(300);
    expect(receiver.received).toEqual([]);
  });

  it('goes to quarantine when a known id comes with another body', async () => {
    shop.behave(found);
    const id = await confirmed();
    await sendAccepted(id, event('product.updated'));
    const forged = event('product.updated', { entityId: 666 });
    const answer = await client.send(id, JSON.stringify(forged), ecwidHeaders(CLIENT_SECRET, forged));
    expect(answer.json).toMatchObject({ status: 'quarantined' });
  });
});
