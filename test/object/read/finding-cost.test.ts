/** What each filter reads in a log of 100,000 events: rows in proportion to the page, or a bounded part and a cursor. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EventFilter, NO_FILTER } from '../../../src/log/contract/event-filter';
import type { EventsPage, EventsQuery, FeedPage } from '../../../src/log/contract/events';
import type { WebhookLog } from '../../../src/log/webhook-log';
import { rowsRead } from '../../support/rows-read';
import { destinationRecord } from '../../support/simulation/world';
import { appendRequest, incomingEvent, webhookRecord } from '../../support/webhook-record';

const EVENTS = 100_000;
const STEP_MS = 500;
/** What of a page is not in proportion to it: bounds by time (two binary searches), ids, where the page ended. */
const FIXED_ROWS = 60;

let stub: DurableObjectStub<WebhookLog>;
let openedAt = 0;

/** A page, and the rows that the call read. */
async function counted<T>(
  call: (object: WebhookLog) => Promise<T | null>,
): Promise<{ rows: number; got: T }> {
  return runInDurableObject(stub, async (object, state) => {
    const { got, rows } = await rowsRead(state.storage, () => call(object));
    if (got === null) throw new Error('no webhook');
    return { got, rows };
  });
}

const found = (filter: Partial<EventFilter>, query: Partial<EventsQuery> = {}) =>
  counted<EventsPage>(object =>
    object.events({
      ...{ after: 0, limit: 100, topic: null, status: null },
      ...{ ...query, filter: { ...NO_FILTER, ...filter } },
    }),
  );

const sequences = ({ events }: { events: readonly { sequence: number }[] }) =>
  events.map(({ sequence }) => sequence);
const at = (sequence: number) => openedAt + sequence * STEP_MS;

beforeAll(async () => {
  stub = env.WEBHOOKS.getByName(crypto.randomUUID()) as DurableObjectStub<WebhookLog>;
  const paused = destinationRecord('paused', { isActive: false, start: 'beginning' });
  await stub.create(webhookRecord({ destinations: [paused] }));
  await stub.append(appendRequest(await incomingEvent(1, { eventId: 'evt-1', entityKeys: ['order:1'] })));
  // Written directly, as copies of the first: appending them one by one would test something else.
  await runInDurableObject(stub, (_object, state) => {
    const { sql } = state.storage;
    openedAt = sql
      .exec<{ at: number }>("SELECT opened_at AS at FROM segments WHERE kind = 'events'")
      .one().at;
    sql.exec('UPDATE events_1 SET received_at = ?', at(1));
    const columns = sql
      .exec<{ name: string }>("SELECT name FROM pragma_table_info('events_1')")
      .toArray()
      .map(({ name }) => name);
    const values: Record<string, string> = {
      sequence: 'n',
      increment_id: 'n',
      received_at: `${openedAt} + n * ${STEP_MS}`,
      event_id: "'evt-' || n",
      entity_keys: `'["order:' || (n % 1000) || '"]'`,
      status: "iif(n % 9999 = 0, 'quarantined', status)",
      body: `CAST('{"customer":"' || iif(n = 77777, 'Jane', 'John') || n || '"}' AS BLOB)`,
    };
    sql.exec(`WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${EVENTS})
      INSERT INTO events_1 (${columns.join(', ')})
      SELECT ${columns.map(name => values[name] ?? name).join(', ')} FROM numbers, events_1`);
    sql.exec(
      "INSERT OR REPLACE INTO seen_1 (key, sequence, fingerprint, at) SELECT 'id:' || event_id, sequence, '', 0 FROM events_1",
    );
  });
  await evictDurableObject(stub);
  // Made when all events are there, so that nothing leaves for it; what it got is then written as if it had.
  const record = await stub.getRecord();
  if (record === null) throw new Error('no webhook');
  const served = destinationRecord('served', { start: 'now' });
  await stub.replace({ ...record, destinations: [...record.destinations, served] } as never, 1);
  await runInDurableObject(stub, (_object, state) => {
    const { sql } = state.storage;
    for (let first = 1; first <= EVENTS; first += 64) {
      const batch = Array.from({ length: Math.min(64, EVENTS + 1 - first) }, (_, i) => first + i)
        .filter(sequence => sequence % 500 !== 0)
        .map(sequence => [sequence, 'served', 1, 0, 1, 200, null]);
      sql.exec(
        'INSERT INTO attempts_1 (first_sequence, last_sequence, entries) VALUES (?, ?, ?)',
        ...[first, Math.min(EVENTS, first + 63), JSON.stringify(batch)],
      );
    }
    // Every 500th failed: dead, but for each second one, which is tried again in a year.
    sql.exec(`WITH RECURSIVE numbers (n) AS (SELECT 500 UNION ALL SELECT n + 500 FROM numbers WHERE n < ${EVENTS})
      INSERT INTO deliveries (sequence, destination_id, replay, new_id, status, attempts, step, next_at, previous, ordinal, error, updated_at)
      SELECT n, 'served', 0, 0, iif(n % 1000 = 0, 'retrying', 'dead'), 1, 1, iif(n % 1000 = 0, ${Date.now() + 3e10}, NULL),
        0, n, 'timeout', 0 FROM numbers`);
  });
}, 120_000);

describe('in a log of 100,000 events', () => {
  it('a span of time is found by halving', async () => {
    const { got, rows } = await found({ since: at(60_000), until: at(60_050) });
    expect(sequences(got)).toEqual(Array.from({ length: 50 }, (_, index) => 60_000 + index));
    expect(got).toMatchObject({ next: null, scannedTo: null });
    expect(rows).toBeLessThan(50 + FIXED_ROWS);
    const none = await found({ since: at(EVENTS + 10) });
    expect(none.got).toMatchObject({ events: [], next: null });
    expect(none.rows).toBeLessThan(FIXED_ROWS);
  });

  it('the newest come first in proportion to the page', async () => {
    const first = await found({}, { order: 'desc', after: Number.MAX_SAFE_INTEGER, limit: 50 });
    expect(sequences(first.got)).toEqual(Array.from({ length: 50 }, (_, index) => EVENTS - index));
    expect(first.rows).toBeLessThan(50 + FIXED_ROWS);
    const next = await found({}, { order: 'desc', after: first.got.next ?? 0, limit: 3 });
    expect(sequences(next.got)).toEqual([99_950, 99_949, 99_948]);
    expect(next.rows).toBeLessThan(FIXED_ROWS);
    const status = await found({}, { order: 'desc', after: 50_000, status: 'quarantined', limit: 2 });
    expect(sequences(status.got)).toEqual([49_995, 39_996]);
    expect(status.rows).toBeLessThan(FIXED_ROWS);
  });

  it('an id leads to its event at once', async () => {
    for (const filter of [{ incrementId: 54_321 }, { eventId: 'evt-54321' }]) {
      const { got, rows } = await found(filter);
      expect(sequences(got)).toEqual([54_321]);
      expect(got.next).toBeNull();
      expect(rows).toBeLessThan(FIXED_ROWS);
    }
    // Of one that is not known only the log can tell.
    const unknown = await found({ eventId: 'evt-none' });
    expect(unknown.got).toMatchObject({
      events: [],
      next: 10_000,
      scannedTo: { sequence: 10_000, receivedAt: at(10_000) },
    });
  });

  it('the strip and the latest events of the page are read in a bounded number of rows', async () => {
    const span = { epoch: null, from: null, to: null, cells: 120 };
    for (const [ids, cells] of [
      [100, 100],
      [1000, 112],
      [EVENTS, 120],
    ] as const) {
      const from = EVENTS - ids + 1;
      const { got, rows } = await counted(object => object.sequenceMap({ ...span, from }));
      expect(got.kind === 'ok' && got.cells.length).toBe(cells);
      // A row or two for each cell, and the list of gaps. It is 340 of a million events, too.
      expect(rows).toBeLessThan(400);
    }
    const latest = await found({}, { order: 'desc', after: Number.MAX_SAFE_INTEGER, limit: 10 });
    expect(latest.rows).toBeLessThan(10 + FIXED_ROWS);
  });

  it('a delivery that failed is found by its row', async () => {
    const dead = await found({ delivery: { destinationId: 'served', state: 'dead' } }, { limit: 20 });
    expect(sequences(dead.got)).toEqual(Array.from({ length: 20 }, (_, index) => 500 + 1000 * index));
    expect(dead.rows).toBeLessThan(20 * 10 + FIXED_ROWS);
    const retrying = await found(
      { delivery: { destinationId: 'served', state: 'retrying' } },
      { order: 'desc', after: 50_000, limit: 2 },
    );
    expect(sequences(retrying.got)).toEqual([49_000, 48_000]);
    expect(retrying.rows).toBeLessThan(FIXED_ROWS);
  });

  it('what waits is found from the cursor on', async () => {
    const delivery = { destinationId: 'paused', state: 'paused' } as const;
    const first = await found({ delivery });
    expect(sequences(first.got)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(first.rows).toBeLessThan(4 * 100 + FIXED_ROWS);
    const last = await found({ delivery }, { order: 'desc', after: Number.MAX_SAFE_INTEGER, limit: 5 });
    expect(sequences(last.got)).toEqual([100_000, 99_999, 99_998, 99_997, 99_996]);
    expect(last.rows).toBeLessThan(FIXED_ROWS);
    const nothing = await found({ delivery: { destinationId: 'served', state: 'waiting' } });
    expect(nothing.got).toMatchObject({ events: [], next: null });
    expect(nothing.rows).toBeLessThan(FIXED_ROWS);
  });

  it('what was delivered costs a row for each 64 attempts besides', async () => {
    const { got, rows } = await found(
      { delivery: { destinationId: 'served', state: 'delivered' } },
      { limit: 499 },
    );
    expect(sequences(got)).toEqual(Array.from({ length: 499 }, (_, index) => index + 1));
    expect(rows).toBeLessThan(499 + EVENTS / 64 + FIXED_ROWS);
  });

  it('an entity is looked for in a bounded part of the log, and goes on by cursor', async () => {
    const first = await found({ entityKey: 'order:7' });
    expect(sequences(first.got)).toEqual(Array.from({ length: 10 }, (_, index) => 7 + 1000 * index));
    expect(first.got).toMatchObject({ next: 10_000, scannedTo: { sequence: 10_000 } });
    expect(first.rows).toBeLessThan(10_300);
    const among = { since: at(70_000), until: at(72_000) };
    const narrow = await found({ entityKey: 'order:7', ...among });
    expect(sequences(narrow.got)).toEqual([70_007, 71_007]);
    expect(narrow.rows).toBeLessThan(2_200);
  });

  it('a text is looked for in half as many, whose bodies are read', async () => {
    const first = await found({ text: 'JANE77777' });
    expect(first.got.events).toEqual([]);
    expect(first.rows).toBeLessThan(10_600);
    const seen: number[] = [];
    let pages = 0;
    for (let after: number | null = 0; after !== null; pages++) {
      const { got }: { got: EventsPage } = await found({ text: 'JANE77777' }, { after });
      seen.push(...sequences(got));
      after = got.next;
    }
    expect(seen).toEqual([77_777]);
    expect(pages).toBeLessThan(25);
  });

  it('the feed begins at a time without reading what was before', async () => {
    const filter = { ...NO_FILTER, since: at(80_000) };
    const { got, rows } = await counted<FeedPage>(object =>
      object.feed({ after: { sequence: 0, release: 0 }, limit: 10, topic: null, filter }),
    );
    expect(sequences(got)[0]).toBe(80_000);
    expect(rows).toBeLessThan(500 + 10 + FIXED_ROWS);
  });
});
