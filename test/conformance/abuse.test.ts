/**
 * What strangers can use up, and what they can write into a request that the gateway makes: guesses of tokens and signatures
 * are counted, right ones are never refused for it; headers that provider or user name cannot pose as others.
 */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, SEED_SECRET, shipstreamEvent } from '../support/client';
import { eventually, pause } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';
import { postRaw } from '../support/raw-post';
import { type Receiver, startReceiver } from '../support/receiver';
import { shipstreamHeaders } from '../support/signing';

/** More than the limits of wrangler.toml. */
const MANY = 80;

let gateway: Gateway;
let client: Client;
let receiver: Receiver;

beforeAll(async () => {
  gateway = await startGateway();
  client = clientOf(gateway);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.close();
  await gateway.stop();
});

const times = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('hanging up', () => {
  it('before the answer costs nobody else theirs, and what was taken is in the log once', async () => {
    const { webhook_id: id } = await client.shipstream(receiver.url);
    const count = 300;
    const answers = await Promise.all(
      times(count).map(async i => {
        const body = shipstreamEvent(i + 1);
        const hangUp = new AbortController();
        const init = { method: 'POST', headers: shipstreamHeaders(SEED_SECRET, body), body };
        const answer = fetch(`${gateway.url}/in/${id}`, { ...init, signal: hangUp.signal });
        if (i % 3 === 0) setTimeout(() => hangUp.abort(), i % 40);
        return answer.then(
          async response => ((await response.json()) as { status: string }).status,
          () => 'hung up',
        );
      }),
    );
    const stayed = answers.filter((_, i) => i % 3 !== 0);
    // Whoever had to make a call of their own would be a duplicate.
    expect(new Set(stayed)).toEqual(new Set(['accepted']));
    const path = `/v1/webhooks/${id}/events?limit=500`;
    const { events } = await client.get<{ events: { increment_id: number }[] }>(path);
    const ids = events.map(event => event.increment_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(times(count).flatMap(i => (i % 3 === 0 ? [] : [i + 1]))));
    expect((await client.sendShipstream(id, shipstreamEvent(count + 1))).json.status).toBe('accepted');
  });
});

describe('hanging up in the thousands', () => {
  it('leaves nothing behind that counts as memory', { timeout: 60_000 }, async () => {
    const { webhook_id: id } = await client.shipstream(null);
    // More bodies than an isolate holds, each as large as one that another request may verify.
    const count = 3500;
    let next = 0;
    const send = (i: number) => {
      const body = shipstreamEvent(i, { pad: 'x'.repeat(16_100) });
      return new Promise<void>(resolve => {
        const headers = shipstreamHeaders(SEED_SECRET, body);
        const call = request(`${gateway.url}/in/${id}`, { method: 'POST', agent: false, headers });
        call.on('response', answer => {
          answer.resume().on('end', resolve).on('error', resolve);
        });
        call.on('error', () => resolve());
        call.end(body);
        setTimeout(() => call.destroy(new Error('hung up')), 5 + ((i * 37) % 150));
      });
    };
    const sender = async () => {
      while (next < count) await send(++next);
    };
    await Promise.all(times(150).map(sender));
    // Those that hung up are answered one after the other, as if somebody were there to hear it.
    const answered = () => gateway.output().split(`/in/${id} `).length - 1;
    let before = -1;
    for (; answered() !== before; await pause(1000)) before = answered();
    expect(gateway.output()).not.toContain('memory_full');
    expect((await client.sendShipstream(id, shipstreamEvent(count + 1))).status).toBe(200);
  });
});

describe('guessing', () => {
  it('signatures costs the guesser, and no event of the provider', async () => {
    const { webhook_id: id } = await client.shipstream(receiver.url);
    const guesses = await Promise.all(
      times(MANY).map(i => client.sendShipstream(id, shipstreamEvent(i + 1), `guess ${i}`)),
    );
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401]));
    const honest = await Promise.all(times(MANY).map(i => client.sendShipstream(id, shipstreamEvent(i + 1))));
    expect(new Set(honest.map(({ json }) => json.status))).toEqual(new Set(['accepted']));
    // Also with the secret that comes next.
    await client.call('POST', `/v1/webhooks/${id}/rotate_secret`, { secret_key: 'next', overlap_seconds: 0 });
    expect((await client.sendShipstream(id, shipstreamEvent(MANY + 1), 'next')).status).toBe(200);
    expect((await client.sendShipstream(id, shipstreamEvent(MANY + 2), SEED_SECRET)).status).toBe(401);
  });

  it('tokens is answered 429 in the end, and the right one as ever', async () => {
    const guess = (i: number) => client.call('GET', '/v1/webhooks', undefined, `guess-${i}`);
    const answers = [];
    for (const i of times(MANY)) answers.push(await guess(i));
    const statuses = answers.map(({ status }) => status);
    expect(statuses[0]).toBe(401);
    // A window of the limiter may end in between, and with it one series of 401.
    expect(statuses.filter(status => status === 429).length).toBeGreaterThan(0);
    expect(statuses.filter(status => status !== 401 && status !== 429)).toEqual([]);
    const limited = answers.find(({ status }) => status === 429);
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(limited?.headers.get('content-type')).toMatch(/^application\/problem\+json/);

    const call = (session: string) =>
      fetch(`${gateway.url}/api/jsonrpc`, {
        method: 'POST',
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'call',
          params: [session, 'webhook.list', []],
        }),
      }).then(response => response.json());
    expect(await call('guess')).toMatchObject({ error: { code: -32005 } });
    expect((await client.call('GET', '/v1/webhooks')).status).toBe(200);
    expect(await call(gateway.adminToken)).toMatchObject({ error: null });
  });
});

describe('headers', () => {
  const ONES: (string | Record<string, string>)[] = [
    { 'X-A': 'a\r\nX-Evil: 1' },
    { 'X-A': 'a\nX-Evil: 1' },
    { 'X-A\r\nX-Evil': '1' },
    { 'X-A': 'a\u0000b' },
    { 'X-A': 'ä' },
    { 'X A': 'a' },
    'X-A: a\rX-Evil: 1',
    'X-A',
    ...[
      ...[
        'Host',
        'Content-Length',
        'Connection',
        'Transfer-Encoding',
        'TE',
        'Trailer',
        'Upgrade',
        'Keep-Alive',
      ],
      ...[
        'webhook-id',
        'Webhook_Signature',
        'webhook-anything',
        'CE-Type',
        'ce_id',
        'Gapless-Gap',
        'cf-worker',
      ],
    ].map(name => ({ [name]: 'x' })),
  ];

  it('that a user may not add are refused by name', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    for (const extra_headers of ONES) {
      const input = { url: receiver.url, extra_headers };
      const answer = await client.call('POST', `/v1/webhooks/${id}/destinations`, input);
      expect([extra_headers, answer.status]).toEqual([extra_headers, 422]);
      expect(answer.json.errors).toMatchObject([{ path: '/extra_headers' }]);
    }
  });

  it('that a provider sends cannot pose as the gateway’s, nor as the connection’s', async () => {
    const { ingest_url, webhook_id: id } = await client.shipstream(`${receiver.url}/posing?own=1`);
    const body = Buffer.from(shipstreamEvent(1));
    const answer = await postRaw(
      `${ingest_url}?x=%0d%0aX-Evil:%201&host=evil.example`,
      body,
      {
        ...shipstreamHeaders(SEED_SECRET, body),
        'content-length': `${body.length}`,
        'webhook-id': 'forged',
        'webhook-signature': 'v1,forged',
        'ce-type': 'forged',
        'ce-subject': 'forged',
        'gapless-previous': '999',
        gapless_late: '1',
        'gapless-replay': '1',
        cookie: 'a=b',
        authorization: 'Bearer provider',
        'x-forwarded-for': '10.0.0.1',
        'x-real-ip': '10.0.0.1',
        'proxy-authorization': 'Basic eA==',
      },
      body.length,
    );
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'accepted' });
    const delivery = await eventually(() => {
      const one = receiver.received.find(({ url }) => url.startsWith('/posing'));
      if (one === undefined) throw new Error('nothing came');
      return one;
    });
    const { headers, rawHeaders } = delivery;
    expect(delivery.url).toBe('/posing?own=1&x=%0d%0aX-Evil:%201&host=evil.example');
    expect(headers.host).toBe(new URL(receiver.url).host);
    expect(headers['webhook-id']).not.toContain('forged');
    expect(headers['webhook-signature']).not.toContain('forged');
    expect(headers).toMatchObject({ 'ce-type': 'order:created', 'gapless-previous': '0' });
    expect(headers).toMatchObject({
      'gapless-provider-webhook-id': 'forged',
      'gapless-provider-ce-subject': 'forged',
    });
    for (const name of [
      ...['ce-subject', 'gapless_late', 'gapless-replay', 'cookie', 'authorization', 'x-forwarded-for'],
      ...['x-real-ip', 'proxy-authorization', 'x-evil'],
    ]) {
      expect(headers).not.toHaveProperty([name]);
    }
    const own = rawHeaders.map(([name]) => name.toLowerCase()).filter(name => /^(webhook|ce)-/.test(name));
    expect(own.length).toBe(new Set(own).size);
    expect(await client.events(id)).toHaveLength(1);
  });

  it('made of what a payload says are one line each', async () => {
    const { webhook_id: id } = await client.shipstream(`${receiver.url}/lines`);
    for (const [i, topic] of ['order:created\r\nX-Evil: 1', 'order:\u0000', 'a'.repeat(257)].entries()) {
      const { json } = await client.sendShipstream(id, shipstreamEvent(i + 1, {}, topic));
      expect([topic, json.status]).toEqual([topic, 'quarantined']);
      // Whoever releases it is asked to, and it still is one line.
      await client.call('POST', `/v1/webhooks/${id}/events/${json.sequence}/release`);
    }
    await client.sendShipstream(id, shipstreamEvent(9));
    await eventually(() =>
      expect(receiver.received.filter(({ url }) => url === '/lines').length).toBeGreaterThan(0),
    );
    for (const { headers } of receiver.received) expect(headers).not.toHaveProperty(['x-evil']);
  });
});
