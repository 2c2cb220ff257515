/** The events as a feed that a consumer without an address pulls, and what an operator does about gaps and refusals. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, type EventEntry, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { type Gateway, startGateway } from '../support/gateway';

let gateway: Gateway;
let client: Client;

beforeAll(async () => {
  gateway = await startGateway();
  client = clientOf(gateway);
});
afterAll(() => gateway.stop());

type Page<C = number> = { events: (EventEntry & { body?: string })[]; next: C | null; cursor: C };

describe('pulling', () => {
  it('gets every event once, in order, while they arrive and over a crash', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    const total = 120;
    const pulled: Page['events'] = [];
    let done = false;
    const consumer = (async () => {
      let after = '0';
      while (pulled.length < total && !done) {
        const path = `/v1/webhooks/${id}/feed?after=${after}&limit=7&wait=10&include=body`;
        const page = await client.get<Page<string>>(path).catch(() => null);
        if (page === null) {
          await new Promise(resolve => setTimeout(resolve, 100));
          continue;
        }
        pulled.push(...page.events);
        after = page.cursor;
      }
    })();
    try {
      for (let number = 1; number <= total; number++) {
        if (number === 60) {
          await gateway.kill9();
          await gateway.restart();
        }
        expect((await client.sendShipstream(id, shipstreamEvent(number))).status).toBe(200);
      }
      await eventually(async () => expect(pulled).toHaveLength(total));
    } finally {
      done = true;
      await consumer;
    }
    const expected = Array.from({ length: total }, (_, index) => index + 1);
    expect(pulled.map(({ sequence }) => sequence)).toEqual(expected);
    expect(pulled.map(({ body }) => body)).toEqual(expected.map(number => shipstreamEvent(number)));
  });

  it('waits for the next event, not longer, and without asking again', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    const began = Date.now();
    const waiting = client.get<Page>(`/v1/webhooks/${id}/events?wait=20`);
    await new Promise(resolve => setTimeout(resolve, 500));
    await client.sendShipstream(id, shipstreamEvent(1));
    expect((await waiting).events).toMatchObject([{ sequence: 1 }]);
    expect(Date.now() - began).toBeLessThan(10_000);
    const none = await client.get<Page>(`/v1/webhooks/${id}/events?after=1&wait=1`);
    expect(none).toEqual({ events: [], next: null, cursor: '1', scanned_to: null });
  });
});

describe('a gap', () => {
  it('is closed by hand, or by adding what the provider has', async () => {
    const { webhook_id: id } = await client.shipstream(null, { sequence: { grace_seconds: 0 } });
    for (const number of [1, 5]) await client.sendShipstream(id, shipstreamEvent(number));
    await eventually(async () => expect((await client.gaps(id)).gaps).toMatchObject([{ from: 2, to: 4 }]));
    const base = `/v1/webhooks/${id}`;
    const added = await client.call('POST', `${base}/events`, { body: shipstreamEvent(2) });
    expect(added.json).toMatchObject({ status: 'accepted', increment_id: 2 });
    expect(await client.event(id, 3)).toMatchObject({ body_signed: false, body: shipstreamEvent(2) });
    await client.call('POST', `${base}/gaps/resolve`, { from: 3, to: 4, note: 'never happened' });
    const { gaps } = await client.gaps(id);
    expect(gaps).toMatchObject([
      { from: 2, to: 2, status: 'filled' },
      { from: 3, to: 4, status: 'resolved', note: 'never happened' },
    ]);
    expect((await client.sendShipstream(id, shipstreamEvent(4))).json).toMatchObject({ status: 'accepted' });
  });
});

describe('refused requests', () => {
  it('are shown without values, and whole after capture', async () => {
    const { webhook_id: id } = await client.shipstream(null);
    const base = `/v1/webhooks/${id}`;
    const body = shipstreamEvent(1);
    expect((await client.sendShipstream(id, body, 'wrong')).status).toBe(401);
    await eventually(async () => {
      const { json, text } = await client.call('GET', `${base}/rejections`);
      expect(json).toMatchObject({ counts: { mismatch: 1 }, rejections: [{ request: null }] });
      expect(text).not.toContain('order:created');
    });
    expect((await client.call('POST', `${base}/capture`)).status).toBe(200);
    expect((await client.sendShipstream(id, body, 'wrong')).status).toBe(401);
    // Reports are 10 seconds apart.
    await eventually(async () => {
      const { json } = await client.call('GET', `${base}/rejections`);
      expect(json).toMatchObject({ counts: { mismatch: 2 }, rejections: [{ request: { body } }, {}] });
    }, 30_000);
  });
});
