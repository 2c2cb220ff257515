/** The list of events as a feed: complete across pages, awaited where it ends, and read in proportion to the page. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import type { EventsPage, EventsQuery } from '../../../src/log/contract/events';
import { rowsRead } from '../../support/rows-read';
import { appendRequest, incomingEvent, webhookRecord } from '../../support/webhook-record';

const ALL: EventsQuery = { after: 0, limit: 100, topic: null, status: null };

async function newObject() {
  const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
  await stub.create(webhookRecord());
  return {
    stub,
    send: async (id: number | null, given = {}) => stub.append(appendRequest(await incomingEvent(id, given))),
    page: async (query: Partial<EventsQuery> = {}) =>
      (await stub.events({ ...ALL, ...query })) as unknown as EventsPage,
  };
}

const sequences = (page: EventsPage) => page.events.map(({ sequence }) => sequence);

describe('pages', () => {
  it('skip and repeat nothing, whatever their size and whatever arrives between them', async () => {
    const steps = fc.array(fc.record({ arrive: fc.nat(4), limit: fc.integer({ min: 1, max: 4 }) }), {
      minLength: 3,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(steps, async given => {
        const { send, page } = await newObject();
        const read: number[] = [];
        let sent = 0;
        let after = 0;
        for (const { arrive, limit } of given) {
          // Some arrive while the page is read.
          const sending = Array.from({ length: arrive }, () => send(++sent));
          const got = await page({ after, limit });
          read.push(...sequences(got));
          after = got.cursor;
          await Promise.all(sending);
        }
        for (let next: number | null = after; next !== null; ) {
          const got: EventsPage = await page({ after: next, limit: 3 });
          read.push(...sequences(got));
          next = got.next;
        }
        expect(read).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
      }),
      { numRuns: 15 },
    );
  });

  it('carry bodies and headers where they are asked for', async () => {
    const { send, page, stub } = await newObject();
    await send(1, { body: '{"a":1}' });
    await send(2, { body: '{"b":2}' });
    await stub.redact(2);
    expect((await page()).events[0]).not.toHaveProperty('content');
    const [first, second] = (await page({ include: 'body' })).events;
    expect(new TextDecoder().decode(first?.content?.body ?? undefined)).toBe('{"a":1}');
    expect(second?.content).toMatchObject({ body: null });
  });

  it('end early where their bodies are large', async () => {
    const { send, page } = await newObject();
    for (let id = 1; id <= 10; id++) await send(id, { bodyBytes: LIMITS.MAX_BODY_BYTES });
    const first = await page({ include: 'body' });
    expect(sequences(first)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(sequences(await page({ include: 'body', after: first.cursor }))).toEqual([9, 10]);
  });
});

describe('waiting', () => {
  it('ends with the next event, and without one when the time is over', async () => {
    const { send, page } = await newObject();
    const began = Date.now();
    const waiting = page({ waitMs: 20_000 });
    await send(1);
    expect(sequences(await waiting)).toEqual([1]);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(await page({ after: 1, waitMs: 50 })).toEqual({
      events: [],
      next: null,
      cursor: 1,
      scannedTo: null,
    });
  });

  it('goes on when what arrives is not wanted, and moves past it', async () => {
    const { send, page } = await newObject();
    const waiting = page({ waitMs: 20_000, topic: 'product:*' });
    await send(1);
    await send(2, { topic: 'product:updated' });
    expect(await waiting).toMatchObject({ events: [{ sequence: 2 }], cursor: 2 });
    expect(await page({ after: 2, waitMs: 100, topic: 'product:*' })).toMatchObject({ cursor: 2 });
  });

  it('is for a bounded number at a time, and ends when the webhook is deleted', async () => {
    const { stub, page } = await newObject();
    const waiting = Array.from({ length: LIMITS.MAX_WAITERS }, () => page({ waitMs: 20_000 }));
    await Promise.resolve();
    expect(await page({ waitMs: 20_000 })).toMatchObject({ events: [], turnedAway: true });
    await stub.remove();
    for (const one of await Promise.all(waiting)) expect(one).toBe(null);
  });
});

describe('a log of 100,000 events', () => {
  it('reads rows in proportion to the page', { timeout: 60_000 }, async () => {
    const { stub, send, page } = await newObject();
    await send(1);
    // Written directly, as copies of the first: appending them one by one would test something else.
    await runInDurableObject(stub, (_object, state) => {
      const { sql } = state.storage;
      const columns = sql
        .exec<{ name: string }>("SELECT name FROM pragma_table_info('events_1')")
        .toArray()
        .map(({ name }) => name);
      const values = columns.map(name => {
        if (name === 'sequence' || name === 'increment_id') return 'n';
        if (name === 'topic') return "iif(n % 3 = 0, 'product:updated', topic)";
        if (name === 'status') return "iif(n % 9999 = 0, 'quarantined', status)";
        return name;
      });
      sql.exec(`WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
        INSERT INTO events_1 (${columns.join(', ')}) SELECT ${values.join(', ')} FROM numbers, events_1`);
    });
    await evictDurableObject(stub);
    await page();

    const rowsOf = (query: Partial<EventsQuery>) =>
      runInDurableObject(stub, async (object, state) => {
        const read = await rowsRead(state.storage, () => object.events({ ...ALL, ...query }));
        const { got, rows, statements } = read;
        if (got === null) throw new Error('no webhook');
        expect(statements).toBeGreaterThan(0);
        return { rows, got };
      });

    const first = await rowsOf({});
    expect(sequences(first.got)).toHaveLength(100);
    expect(first.rows).toBeLessThan(200);
    const last = await rowsOf({ after: 99_900 });
    expect(sequences(last.got).at(-1)).toBe(100_000);
    expect(last.rows).toBeLessThan(200);
    const small = await rowsOf({ after: 50_000, limit: 5 });
    expect(small.rows).toBeLessThan(20);
    const byTopic = await rowsOf({ topic: 'product:*', after: 70_000 });
    expect(sequences(byTopic.got)).toHaveLength(100);
    expect(byTopic.rows).toBeLessThan(800);
    const quarantined = await rowsOf({ status: 'quarantined', limit: 20 });
    expect(sequences(quarantined.got)).toHaveLength(10);
    expect(quarantined.rows).toBeLessThan(100);
    const dead = await rowsOf({ status: 'dead' });
    expect(dead.got).toEqual({ events: [], next: null, cursor: 100_000, scannedTo: null });
    expect(dead.rows).toBeLessThan(10);
    const nothing = await rowsOf({ topic: 'no:such' });
    expect(nothing.got).toMatchObject({ events: [], next: 10_000 });
  });
});
