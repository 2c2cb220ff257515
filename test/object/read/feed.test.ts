/** The feed that a consumer pulls, over the running gateway: what is let go, when it is let go. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { NewEvents } from '../../../src/log/read/new-events';
import { ingest, newWebhook, orderCreated, send } from '../../support/rest';
import { incomingEvent, webhookRecord } from '../../support/webhook-record';

type Page = { ids: unknown[]; sequences: unknown[]; next: unknown; cursor: unknown };

async function pulled(path: string, query = ''): Promise<Page> {
  const { status, body, text } = await send('GET', `${path}/feed${query}`);
  expect([status, text]).toEqual([200, expect.anything()]);
  const events = Object.values(body.events ?? {});
  return {
    ids: events.map(({ increment_id }) => increment_id),
    sequences: events.map(({ sequence }) => sequence),
    next: body.next,
    cursor: body.cursor,
  };
}

describe('the feed', () => {
  it('has held events where they are let go, and no event twice, whatever the pages', async () => {
    const { id, path } = await newWebhook({ sequence: { hold_seconds: 3600, grace_seconds: 60 } });
    for (const number of [1, 3, 4]) await ingest(id, orderCreated(number));
    const first = await pulled(path);
    expect(first).toMatchObject({ ids: [1], next: null });
    const list = Object.values((await send('GET', `${path}/events`)).body.events ?? {});
    expect(list.map(({ status }) => status)).toEqual(['accepted', 'held', 'held']);
    expect((await send('GET', `${path}/events?status=held`)).body.events).toHaveLength(2);
    await ingest(id, orderCreated(2));
    const second = await pulled(path, `?after=${first.cursor}&limit=2`);
    expect(second).toMatchObject({ ids: [2, 3], next: second.cursor });
    const third = await pulled(path, `?after=${second.cursor}`);
    expect(third).toMatchObject({ ids: [4], next: null });
    expect((await pulled(path)).ids).toEqual([1, 2, 3, 4]);
  });

  it('hands out nothing that may still prove to be false, nor what is in quarantine', async () => {
    const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
    const token = { id: 't', sealed: '' as never, usableUntil: null };
    const confirm = { url: 'https://api.example.com', token, hasToken: true, tokens: {} };
    await stub.create(webhookRecord({ provider: 'ecwid', confirm }));
    await stub.add(await incomingEvent(null, { topic: 'order.updated', eventId: 'a' }));
    const query = { after: { sequence: 0, release: 0 }, limit: 10, topic: null };
    expect(await stub.feed(query)).toMatchObject({ events: [], cursor: { sequence: 1, release: 0 } });
    expect((await stub.events({ ...query, after: 0, status: null }))?.events[0]?.status).toBe('confirming');
    const cursor = (await stub.feed(query))?.cursor ?? query.after;
    await stub.release(1);
    expect(await stub.feed({ ...query, after: cursor })).toMatchObject({
      events: [{ sequence: 1, status: 'accepted' }],
      cursor: { sequence: 1, release: 1 },
    });
  });

  it('is waited for, and says so when the webhook goes meanwhile', async () => {
    const { id, path } = await newWebhook();
    const waiting = pulled(path, '?wait=20');
    await ingest(id, orderCreated(1));
    expect((await waiting).ids).toEqual([1]);
    const gone = Promise.all([
      send('GET', `${path}/feed?after=1.0&wait=20`),
      send('GET', `${path}/events?after=1&wait=20`),
    ]);
    await new Promise(resolve => setTimeout(resolve, 100));
    await send('DELETE', path);
    expect((await gone).map(({ status }) => status)).toEqual([404, 404]);
  });

  it('begins at its end with after=now, and hands out what comes from then on', async () => {
    const { id, path } = await newWebhook();
    expect(await pulled(path, '?after=now')).toMatchObject({ ids: [], next: null, cursor: '0.0' });
    for (const number of [1, 2]) await ingest(id, orderCreated(number));
    const now = await pulled(path, '?after=now');
    expect(now).toMatchObject({ ids: [], next: null, cursor: '2.0' });
    const waiting = pulled(path, '?after=now&wait=20');
    await new Promise(resolve => setTimeout(resolve, 100));
    await ingest(id, orderCreated(3));
    expect((await waiting).ids).toEqual([3]);
    expect((await pulled(path, `?after=${now.cursor}`)).ids).toEqual([3]);
  });

  it.each(['3', '2.1', '99999'])('has nothing after %s, which is beyond its end', async after => {
    const { id, path } = await newWebhook();
    for (const number of [1, 2]) await ingest(id, orderCreated(number));
    const started = Date.now();
    const { status, body, text } = await send('GET', `${path}/feed?after=${after}&wait=20`);
    expect([status, body.type]).toEqual([400, 'urn:gapless:problem:beyond-end']);
    // As it was given, and not as a cursor would be written.
    expect(text).toContain(`query:after is ${after}, and this webhook has come to 2.0`);
    expect(Date.now() - started).toBeLessThan(15_000);
    expect((await pulled(path, '?after=2')).ids).toEqual([]);
  });

  it('and the list have nothing after what is beyond their end, whatever is asked for', async () => {
    const { id, path } = await newWebhook();
    for (const number of [1, 2]) await ingest(id, orderCreated(number));
    for (const query of ['', '&wait=20', '&status=dead', '&status=quarantined', '&topic=none']) {
      const { status, body } = await send('GET', `${path}/events?after=3${query}`);
      expect([status, body.type]).toEqual([400, 'urn:gapless:problem:beyond-end']);
      expect(body.detail).toMatch(/query:after is 3, .*\b2\b/);
      const end = await send('GET', `${path}/events?after=2${query.replace('20', '1')}`);
      const nothing = { events: [], next: null, cursor: '2', scanned_to: null };
      expect([end.status, end.body]).toEqual([200, nothing]);
    }
  });

  it.each(['x', 'NOW', '-1', '1.', '1.2.', '1.2.x', '1.2.3.4', '99999999999999999999'])(
    'refuses after=%s',
    async after => {
      const { path } = await newWebhook();
      expect((await send('GET', `${path}/feed?after=${after}`)).status).toBe(422);
    },
  );

  it('is not waited for where only deliveries could bring something', async () => {
    const { path } = await newWebhook();
    for (const status of ['dead', 'retrying']) {
      const { body } = await send('GET', `${path}/events?status=${status}&wait=5`);
      expect(body.errors).toMatchObject([{ path: 'query:wait' }]);
    }
  });
});

describe('places of those who wait', () => {
  it('are free again when a turn is over, and a client that finds none is told at once', async () => {
    const arrivals = new NewEvents();
    const turns = Array.from({ length: LIMITS.MAX_WAITERS }, () => arrivals.next(20));
    expect(await arrivals.next(20)).toBe('full');
    expect(new Set(await Promise.all(turns))).toEqual(new Set(['waited']));
    const next = arrivals.next(1000);
    arrivals.announce();
    expect(await next).toBe('arrived');
  });
});
