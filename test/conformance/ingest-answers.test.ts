/** Every row of the table of ingest answers, in the order of judgement, and the shape of its problems. */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Answer, type Client, clientOf, SEED_SECRET, shipstreamEvent } from '../support/client';
import { eventually, pause } from '../support/eventually';
import { postRaw } from '../support/raw-post';
import { startReceiver } from '../support/receiver';
import { range } from '../support/sequence';
import type { SharedGateway } from '../support/shared-gateway';
import { shipstreamHeaders } from '../support/signing';

let gateway: SharedGateway;
let client: Client;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
});

function expectProblem(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.json).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
  });
}

describe('events', () => {
  it('new and seen before', async () => {
    const { webhook_id: id, ingest_url } = await client.shipstream(null);
    expect(ingest_url).toBe(`${gateway.url}/in/${id}`);
    const first = await client.sendShipstream(id, shipstreamEvent(7));
    expect([first.status, first.json]).toEqual([200, { status: 'accepted', sequence: 1, increment_id: 7 }]);
    expect(first.headers.get('content-type')).toMatch(/^application\/json/);
    const again = await client.sendShipstream(id, shipstreamEvent(7));
    expect([again.status, again.json]).toEqual([200, { status: 'duplicate', sequence: 1, increment_id: 7 }]);
  });

  it('of a topic that is not subscribed: neither stored nor numbered', async () => {
    const { webhook_id: id } = await client.shipstream(null, { topics: 'order:*, product:created' });
    const { json } = await client.sendShipstream(id, shipstreamEvent(1, {}, 'product:updated'));
    expect(json).toEqual({ status: 'ignored', increment_id: 1 });
    expect((await client.sendShipstream(id, shipstreamEvent(2))).json).toMatchObject({
      status: 'accepted',
      sequence: 1,
    });
    expect(await client.events(id)).toHaveLength(1);
  });

  it('authentic but invalid: kept in quarantine and forwarded on release', async () => {
    const receiver = await startReceiver();
    const { webhook_id: id } = await client.shipstream(receiver.url);
    const body = '{"topic":17,"message":{"webhook_increment_id":1}}';
    const { status, json } = await client.sendShipstream(id, body);
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: 'quarantined', sequence: 1 });
    expect(json.issues).toEqual([{ path: '/topic', message: expect.any(String) }]);
    expect(await client.events(id)).toMatchObject([{ sequence: 1, status: 'quarantined' }]);
    await pause(300);
    expect(receiver.received).toEqual([]);

    const released = await client.call('POST', `/v1/webhooks/${id}/events/1/release`);
    expect(released.status).toBe(200);
    await eventually(() => expect(receiver.received.map(got => got.body.toString())).toEqual([body]));
    await receiver.close();
  });

  it('authentic but invalid, where the webhook rejects: 422, and its id counts as not received', async () => {
    const { webhook_id: id } = await client.shipstream(null, {
      on_invalid: 'reject',
      sequence: { grace_seconds: 0 },
    });
    await client.sendShipstream(id, shipstreamEvent(1));
    const answer = await client.sendShipstream(id, '{"topic":17,"message":{"webhook_increment_id":2}}');
    expectProblem(answer, 422);
    expect(answer.json.errors).toEqual([{ path: '/topic', message: expect.any(String) }]);
    await client.sendShipstream(id, shipstreamEvent(3));
    await eventually(async () => expect((await client.gaps(id)).gaps).toMatchObject([{ from: 2, to: 2 }]));
    expect(await client.events(id)).toHaveLength(2);
  });
});

describe('many at once', () => {
  it('of every kind: each gets its own answer, and goes on with its own bytes and headers', async () => {
    const receiver = await startReceiver();
    const { webhook_id: id } = await client.shipstream(receiver.url);
    const large = 'x'.repeat(40 * 1024);
    const kinds = [
      { means: 'accepted', secret: SEED_SECRET, body: (i: number) => shipstreamEvent(i) },
      { means: '401', secret: 'guess', body: (i: number) => shipstreamEvent(i) },
      { means: 'accepted', secret: SEED_SECRET, body: (i: number) => shipstreamEvent(i, { large }) },
      { means: 'accepted', secret: SEED_SECRET, isPacked: true, body: (i: number) => shipstreamEvent(i) },
      { means: 'quarantined', secret: SEED_SECRET, body: (i: number) => `{"topic":17,"nr":${i}}` },
    ];
    const sent = range(1, 300).flatMap(i => {
      const kind = kinds[i % kinds.length];
      return kind === undefined ? [] : [{ i, ...kind, body: kind.body(i) }];
    });
    const answers = await Promise.all(
      sent.map(async ({ i, secret, body, isPacked }) => {
        const headers = {
          ...shipstreamHeaders(secret, body),
          'x-own': `${i}`,
          ...(isPacked && { 'content-encoding': 'gzip' }),
        };
        const answer = await fetch(`${gateway.url}/in/${id}?nr=${i}`, {
          method: 'POST',
          headers,
          body: isPacked ? gzipSync(body) : body,
        });
        const json = (await answer.json()) as { status: string | number; increment_id?: number | null };
        return { i, status: String(json.status), incrementId: json.increment_id ?? null };
      }),
    );
    const expected = sent.map(({ i, means }) => ({
      i,
      status: means,
      incrementId: means === 'accepted' ? i : null,
    }));
    expect(answers).toEqual(expected);

    const forwarded = sent.filter(({ means }) => means === 'accepted');
    await eventually(() => expect(receiver.received).toHaveLength(forwarded.length));
    const got = receiver.received.map(({ headers, body }) => [Number(headers['x-own']), body.toString()]);
    const wanted = forwarded.map(({ i, body }) => [i, body]);
    expect(new Map(got as [number, string][])).toEqual(new Map(wanted as [number, string][]));
    await receiver.close();
  });
});

describe('refusals', () => {
  it.each(['1', '123456789012', '0', '-1', '1.5', 'abc', '99999999999999999999'])(
    '404 for webhook %s',
    async id => {
      const body = shipstreamEvent(1);
      const headers = shipstreamHeaders(SEED_SECRET, body);
      const response = await fetch(`${gateway.url}/in/${id}`, { method: 'POST', headers, body });
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      await response.body?.cancel();
    },
  );

  it('404 for a deleted webhook, at once', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    await client.sendShipstream(id, shipstreamEvent(1));
    expect((await client.call('DELETE', `/v1/webhooks/${id}`)).status).toBe(204);
    expectProblem(await client.sendShipstream(id, shipstreamEvent(2)), 404);
    expectProblem(await client.call('GET', `/v1/webhooks/${id}`), 404);
    expectProblem(await client.call('GET', `/v1/webhooks/${id}/events`), 404);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('405 with Allow for %s', async method => {
    const { webhook_id: id } = await client.shipstream(null);
    const answer = await client.call(method, `/in/${id}`);
    expectProblem(answer, 405);
    expect(answer.headers.get('allow')).toMatch(/\bPOST\b/);
  });

  it('401 without a true signature, also while the webhook is inactive', async () => {
    const { webhook_id: id } = await client.shipstream(null, { is_active: 0 });
    expectProblem(await client.sendShipstream(id, shipstreamEvent(1), 'wrong'), 401);
  });

  it('413 before the signature is looked at', async () => {
    const { ingest_url } = await client.shipstream(null);
    const body = Buffer.alloc(1024 * 1024 + 1, 0x20);
    expect((await postRaw(ingest_url, body, { 'content-length': `${body.length}` }, 0)).status).toBe(413);
  });

  it('a body of exactly 1 MiB is taken', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    const empty = shipstreamEvent(1, { x: '' });
    const body = shipstreamEvent(1, { x: 'x'.repeat(1024 * 1024 - empty.length) });
    expect(body).toHaveLength(1024 * 1024);
    expect((await client.sendShipstream(id, body)).json).toMatchObject({ status: 'accepted' });
  });

  it('503 with Retry-After while the webhook is inactive, and 200 when it is active again', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    expect((await client.call('PATCH', `/v1/webhooks/${id}`, { is_active: 0 })).status).toBe(200);
    const refused = await client.sendShipstream(id, shipstreamEvent(1));
    expectProblem(refused, 503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await client.call('PATCH', `/v1/webhooks/${id}`, { is_active: 1 })).status).toBe(200);
    expect((await client.sendShipstream(id, shipstreamEvent(1))).json).toMatchObject({ status: 'accepted' });
  });

  it('404 for an address that does not exist', async () => {
    expectProblem(await client.call('GET', '/nowhere'), 404);
    expectProblem(await client.call('POST', '/in/'), 404);
  });
});
