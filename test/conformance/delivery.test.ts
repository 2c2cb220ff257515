/**
 * What a destination receives: every event at least once under one id, in the order it asked for, undisturbed by the others.
 */
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Client, clientOf, SEED_SECRET, shipstreamEvent } from '../support/client';
import { eventually, pause } from '../support/eventually';
import { type Receiver, startReceiver } from '../support/receiver';
import type { SharedGateway } from '../support/shared-gateway';
import { shipstreamHeaders } from '../support/signing';

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

const SOON = { retry: { schedule_seconds: [1, 1, 1, 1, 1] } };
const incrementIds = (from = receiver) =>
  from.received.map(({ headers }) => Number(headers['gapless-increment-id']));

async function sendAll(
  id: number,
  increments: number[],
  more: (increment: number) => object = () => ({}),
): Promise<void> {
  for (const increment of increments) {
    const answer = await client.sendShipstream(id, shipstreamEvent(increment, { ...more(increment) }));
    expect(answer.json).toMatchObject({ status: 'accepted' });
  }
}

describe('a delivery', () => {
  it('carries what the provider sent and what the gateway adds', async () => {
    const { webhook_id: id } = await client.shipstream(
      `${receiver.url}/hooks?env=1`,
      {},
      { extra_headers: { 'X-Env': 'prod' } },
    );
    const body = shipstreamEvent(41);
    const signed = shipstreamHeaders(SEED_SECRET, body);
    const sent = {
      ...signed,
      'x-trace': 'abc',
      'user-agent': 'ShipStream/1',
      'webhook-id': 'of the provider',
      cookie: 'a=b',
      authorization: 'Basic eDp5',
      'x-forwarded-for': '203.0.113.9',
      'cf-ray': 'x',
    };
    await client.send(id, body, sent, '?shop=7&x=%20');
    await eventually(() => expect(receiver.received).toHaveLength(1));
    const [got] = receiver.received;
    expect(got?.method).toBe('POST');
    expect(got?.url).toBe('/hooks?env=1&shop=7&x=%20');
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': `${Buffer.byteLength(body)}`,
      ...signed,
      'x-trace': 'abc',
      'user-agent': 'ShipStream/1',
      'x-env': 'prod',
      'gapless-provider-webhook-id': 'of the provider',
      'gapless-increment-id': '41',
      'gapless-previous': '0',
      'gapless-attempt': '1',
      'ce-specversion': '1.0',
      'ce-source': `/webhooks/${id}`,
      'ce-type': 'order:created',
      'ce-sequence': '1',
      'ce-id': expect.stringMatching(/./),
      'ce-time': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(got?.headers['webhook-id']).not.toBe('of the provider');
    expect(Math.abs(Number(got?.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(30);
    for (const name of [
      'cookie',
      'authorization',
      'x-forwarded-for',
      'cf-ray',
      'gapless-gap',
      'gapless-late',
      'gapless-replay',
    ]) {
      expect(got?.headers, name).not.toHaveProperty(name);
    }
  });

  it('is tried again under the same id until it succeeds', async () => {
    receiver.behave((_request, index) =>
      index < 2 ? { status: index === 0 ? 500 : 302, headers: { location: '/x' } } : { status: 200 },
    );
    const { webhook_id: id } = await client.shipstream(receiver.url, {}, SOON);
    await sendAll(id, [1]);
    await eventually(() => expect(receiver.received).toHaveLength(3));
    const headers = receiver.received.map(got => got.headers);
    expect(new Set(headers.map(h => h['webhook-id'])).size).toBe(1);
    expect(headers.map(h => h['gapless-attempt'])).toEqual(['1', '2', '3']);
    expect(receiver.received.map(({ url }) => url)).toEqual(['/', '/', '/']);
    await eventually(async () => {
      const { destinations } = (await client.status(id)) as { destinations: unknown[] };
      expect(destinations).toMatchObject([{ delivered: 1, retrying: 0, dead: 0 }]);
    });
  });

  it('ends dead when its schedule is used up', async () => {
    receiver.behave(() => ({ status: 500 }));
    const { webhook_id: id } = await client.shipstream(
      receiver.url,
      {},
      { retry: { schedule_seconds: [1] } },
    );
    await sendAll(id, [1]);
    await eventually(async () => expect(await client.events(id, '&status=dead')).toHaveLength(1));
    expect(receiver.received).toHaveLength(2);
  });

  it('can be replayed under the same id', async () => {
    const { webhook_id: id } = await client.shipstream(receiver.url);
    await sendAll(id, [1]);
    await eventually(() => expect(receiver.received).toHaveLength(1));
    expect((await client.call('POST', `/v1/webhooks/${id}/events/1/replay`, {})).status).toBe(200);
    await eventually(() => expect(receiver.received).toHaveLength(2));
    const [first, replayed] = receiver.received;
    expect(replayed?.headers).toMatchObject({
      'gapless-replay': '1',
      'webhook-id': first?.headers['webhook-id'],
    });
    expect(replayed?.headers).not.toHaveProperty('gapless-previous');
  });

  it('names the hole before it, and says when it is late', async () => {
    const { webhook_id: id } = await client.shipstream(receiver.url, { sequence: { grace_seconds: 1 } });
    await sendAll(id, [1, 2, 6]);
    await pause(1_500);
    await sendAll(id, [4]);
    await eventually(() => expect(receiver.received).toHaveLength(4));
    const marks = receiver.received.map(({ headers: h }) => [
      h['gapless-increment-id'],
      h['gapless-gap'],
      h['gapless-late'],
    ]);
    expect(marks.sort()).toEqual([
      ['1', undefined, undefined],
      ['2', undefined, undefined],
      ['4', expect.anything(), '1'],
      ['6', '3-5', undefined],
    ]);
  });

  it('goes to the destinations whose topics match, each with a chain of its own', async () => {
    const { webhook_id: id } = await client.shipstream(receiver.url, {}, { topics: 'order:*' });
    const second = await startReceiver();
    const added = await client.call('POST', `/v1/webhooks/${id}/destinations`, { url: second.url });
    expect(added.status).toBe(201);
    const topics = ['order:created', 'product:updated', 'order:canceled'];
    for (const [i, topic] of topics.entries())
      await client.sendShipstream(id, shipstreamEvent(i + 1, {}, topic));
    await eventually(() => expect([receiver.received.length, second.received.length]).toEqual([2, 3]));
    const chain = (of: Receiver) =>
      of.received
        .map(({ headers: h }) => [Number(h['gapless-previous']), Number(h['ce-sequence'])])
        .sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0));
    expect(chain(receiver)).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect(chain(second)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    await second.close();
  });
});

describe('order', () => {
  const failOnce = (increment: number) => {
    let failed = false;
    receiver.behave(({ headers }) => {
      if (failed || headers['gapless-increment-id'] !== `${increment}`) return { status: 200 };
      failed = true;
      return { status: 503 };
    });
  };

  it('strict: nothing passes an event that has to be tried again', async () => {
    failOnce(2);
    const { webhook_id: id } = await client.shipstream(receiver.url, {}, { ordering: 'strict', ...SOON });
    await sendAll(id, [1, 2, 3, 4, 5]);
    await eventually(() => expect(incrementIds()).toEqual([1, 2, 2, 3, 4, 5]));
  });

  it('key: an event waits for the one before it of the same order only', async () => {
    failOnce(1);
    const { webhook_id: id } = await client.shipstream(receiver.url, {}, { ordering: 'key', ...SOON });
    await sendAll(id, [1, 2, 3, 4], increment => ({ unique_id: increment % 2 === 1 ? 'odd' : 'even' }));
    await eventually(() => expect(receiver.received).toHaveLength(5));
    const ids = incrementIds();
    expect(ids.filter(id => id % 2 === 1)).toEqual([1, 1, 3]);
    expect(ids.filter(id => id % 2 === 0)).toEqual([2, 4]);
    expect(ids.indexOf(4)).toBeLessThan(ids.lastIndexOf(1));
  });

  it('hold: events that come in disorder leave sorted', async () => {
    const { webhook_id: id } = await client.shipstream(
      receiver.url,
      { sequence: { hold_seconds: 60, grace_seconds: 60 } },
      { ordering: 'strict' },
    );
    await sendAll(id, [1, 3, 5, 4, 2]);
    await eventually(() => expect(incrementIds()).toEqual([1, 2, 3, 4, 5]));
  });

  it('hold: an event waits no longer than it was told to for one that does not come', async () => {
    const { webhook_id: id } = await client.shipstream(
      receiver.url,
      { sequence: { hold_seconds: 2, grace_seconds: 5 } },
      { ordering: 'strict' },
    );
    const began = Date.now();
    await sendAll(id, [1, 3]);
    await eventually(() => expect(incrementIds()).toEqual([1, 3]));
    expect((receiver.received[1]?.at ?? 0) - began).toBeGreaterThan(1_500);
  });
});

describe('isolation', () => {
  it('keeps a destination that hangs from slowing the others and the ack', async () => {
    receiver.behave(() => 'hang');
    const healthy = await startReceiver();
    const { webhook_id: id } = await client.createWebhook({
      provider: 'shipstream',
      secret_key: SEED_SECRET,
      destinations: [{ url: receiver.url, timeout_seconds: 50 }, { url: healthy.url }],
    });
    const started = Date.now();
    await sendAll(
      id,
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    expect(Date.now() - started).toBeLessThan(40_000);
    await eventually(() => expect(healthy.received).toHaveLength(60));
    expect(receiver.received.length).toBeGreaterThan(0);
    await healthy.close();
  });

  it('stops sending to a destination that answers 410, until it is made active again', async () => {
    receiver.behave(() => ({ status: 410 }));
    const { webhook_id: id, destinations } = await client.shipstream(receiver.url, {}, SOON);
    await sendAll(id, [1]);
    await eventually(async () => {
      const status = (await client.status(id)) as { destinations: unknown[] };
      expect(status.destinations).toMatchObject([{ is_active: false }]);
    });
    await sendAll(id, [2, 3]);
    await pause(1_500);
    expect(incrementIds()).toEqual([1]);
    receiver.behave(() => ({ status: 200 }));
    const path = `/v1/webhooks/${id}/destinations/${destinations[0]?.destination_id}`;
    expect((await client.call('PATCH', path, { is_active: 1 })).status).toBe(200);
    await eventually(() => expect(new Set(incrementIds().slice(1))).toEqual(new Set([1, 2, 3])));
  });
});
