/** Finding events: every combination of filters has what holds together, in either direction, whatever the pages. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventFilter, NO_FILTER, NO_TOPIC } from '../../../src/log/contract/event-filter';
import type { EventsPage, EventsQuery } from '../../../src/log/contract/events';
import { newObject } from '../../support/webhook-object';
import type { EventGiven } from '../../support/webhook-record';

type Stub = Awaited<ReturnType<typeof newObject>>['stub'];

/** All pages of a query, read one after the other. */
async function foundBy(stub: Stub, given: Partial<EventFilter>, query: Partial<EventsQuery> = {}) {
  const { limit = 3, order = 'asc', topic = null } = query;
  const filter = { ...NO_FILTER, ...given };
  const found: number[] = [];
  let after: number | null = order === 'asc' ? 0 : Number.MAX_SAFE_INTEGER;
  while (after !== null) {
    const page = (await stub.events({
      after,
      limit,
      topic,
      status: null,
      order,
      filter,
    })) as unknown as EventsPage;
    found.push(...page.events.map(({ sequence }) => sequence));
    after = page.next;
  }
  return found;
}

describe('filters', () => {
  it('hold together, and find in any order and on pages of any size what a look at every event finds', async () => {
    const { stub, send } = await newObject();
    const sent: (EventGiven & { id: number | null; body: string; sequence: number })[] = [];
    for (let i = 0; i < 24; i++) {
      const event = {
        ...{ id: i % 4 === 3 ? null : i + 1, topic: i % 3 === 0 ? 'product:updated' : 'order:created' },
        eventId: i % 2 === 0 ? `evt-${i % 8}-${Math.floor(i / 8)}` : null,
        entityKeys: [`order:${i % 3}`, ...(i % 5 === 0 ? ['manifest:1'] : [])],
        headers: [['X-Shop', i % 7 === 0 ? 'Zürich' : 'Bern']] as [string, string][],
        body: `{"n":${i},"customer":"${i % 6 === 0 ? 'Jané' : 'Ola'}"}`,
        issues: i % 11 === 10 ? [{ path: '', message: 'is wrong' }] : [],
      };
      const result = await send(event.id, event);
      if (!('sequence' in result)) throw new Error(result.kind);
      sent.push({ ...event, sequence: result.sequence });
    }
    const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { freq: 2 });
    const filters = fc.record({
      eventId: maybe('evt-0-0', 'evt-2-1', 'evt-none'),
      incrementId: maybe(1, 6, 11, 999),
      entityKey: maybe('order:0', 'order:2', 'manifest:1', 'order'),
      text: maybe('JANÉ', '"n":6', 'x-shop: zürich', 'nowhere'),
      topic: maybe('order:*', 'product:updated'),
      order: fc.constantFrom('asc' as const, 'desc' as const),
      limit: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(filters, async ({ topic, order, limit, ...filter }) => {
        const text = filter.text?.toLowerCase() ?? '';
        const expected = sent
          .filter(event => filter.eventId === null || event.eventId === filter.eventId)
          .filter(event => filter.incrementId === null || event.id === filter.incrementId)
          .filter(event => filter.entityKey === null || event.entityKeys?.includes(filter.entityKey))
          .filter(event => topic === null || event.topic?.startsWith(topic.replace('*', '')))
          .filter(event => `${event.headers?.[0]?.join(': ')}\n${event.body}`.toLowerCase().includes(text))
          .map(({ sequence }) => sequence);
        const found = await foundBy(stub, filter, { topic, order, limit });
        expect(found).toEqual(order === 'asc' ? expected : expected.toReversed());
      }),
      { numRuns: 80 },
    );
  });

  it('of an id find also what clashed with it, in quarantine and let out of it', async () => {
    const { stub, send } = await newObject();
    for (const id of [1, 2, 3]) await send(id);
    await send(2, { body: '{"another":2}' });
    expect(await foundBy(stub, { incrementId: 2 })).toEqual([2, 4]);
    await stub.release(4);
    expect(await foundBy(stub, { incrementId: 2 })).toEqual([2, 4]);
    expect(await foundBy(stub, { incrementId: 2 }, { order: 'desc' })).toEqual([4, 2]);
  });

  it('of times take what was accepted from the first on and before the second', async () => {
    const { stub, send } = await newObject();
    for (let id = 1; id <= 5; id++) {
      await send(id);
      await scheduler.wait(3);
    }
    const times: number[] = [];
    for (let sequence = 1; sequence <= 5; sequence++)
      times.push((await stub.event(sequence))?.receivedAt ?? 0);
    const [, second = 0, , fourth = 0] = times;
    expect(await foundBy(stub, { since: second, until: fourth })).toEqual([2, 3]);
    expect(await foundBy(stub, { since: second, until: fourth }, { order: 'desc' })).toEqual([3, 2]);
    expect(await foundBy(stub, { since: fourth + 60_000 })).toEqual([]);
    expect(await foundBy(stub, { until: times[0] ?? 0 })).toEqual([]);
    // Who is further than the span ends stays where he is.
    const filter = { ...NO_FILTER, until: second - 60_000 };
    const page = await stub.events({ after: 4, limit: 5, topic: null, status: null, filter });
    expect(page).toMatchObject({ events: [], next: null, cursor: 4 });
  });

  it('find nothing in a body that was erased', async () => {
    const { stub, send } = await newObject();
    await send(1, { body: '{"email":"jane@example.com"}' });
    expect(await foundBy(stub, { text: 'jane@' })).toEqual([1]);
    await stub.redact(1);
    expect(await foundBy(stub, { text: 'jane@' })).toEqual([]);
  });
});

it('an event that is told of with a filter ends the wait of who asked for it, and no other does', async () => {
  const { stub, send } = await newObject();
  const query = { after: 0, limit: 5, topic: null, status: null, waitMs: 20_000 };
  const waiting = stub.events({ ...query, filter: { ...NO_FILTER, entityKey: 'order:7' } });
  await send(1, { entityKeys: ['order:6'] });
  await send(2, { entityKeys: ['order:7'] });
  expect((await waiting)?.events.map(({ sequence }) => sequence)).toEqual([2]);
});

it('a replay by a filter, taken for one of its topic by an object that does not know filters, sends nothing', async () => {
  const { stub, send } = await newObject();
  await send(1);
  const asked = { destinationId: null, fromSequence: null, toSequence: null, since: null, until: null };
  const replay = { ...asked, status: null, topic: NO_TOPIC, newId: false, dryRun: false };
  expect(await stub.replay(replay)).toEqual({ kind: 'ok', count: 0, events: 0, replayId: null });
});
