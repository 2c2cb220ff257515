/** Finding events and sending again what was found, as the API is asked: deliveries by how they stand, and replays of a list. */
import { evictDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { WebhookLog } from '../../src/log/webhook-log';
import { eventually } from '../support/eventually';
import { Box, call, sequencesOf, TestWebhook } from '../support/in-worker';
import { range } from '../support/sequence';

type List = { events: { sequence: number }[]; next: number | null };
type Problem = { errors: { path: string; message: string }[] };

const boxes = { fine: new Box(), failing: new Box(), dead: new Box(), paused: new Box() };
let webhook: TestWebhook;

const destination = (name: keyof typeof boxes): string =>
  webhook.destinations[Object.keys(boxes).indexOf(name)] ?? '';

async function listed(query: string): Promise<number[]> {
  const { status, body } = await call<List>('GET', `${webhook.path}/events?${query}`);
  expect([status, JSON.stringify(body)]).toEqual([200, expect.anything()]);
  return body.events.map(({ sequence }) => sequence);
}

const standing = (name: keyof typeof boxes, delivery: string, more = '') =>
  listed(`destination_id=${destination(name)}&delivery=${delivery}${more}`);

beforeAll(async () => {
  await boxes.failing.mode({ status: 500 });
  await boxes.dead.mode({ status: 500 });
  webhook = await TestWebhook.create([
    { url: boxes.fine.url },
    { url: boxes.failing.url, ordering: 'strict', retry: { schedule_seconds: [3600] } },
    { url: boxes.dead.url, topics: 'order:*', retry: { schedule_seconds: [] } },
    { url: boxes.paused.url, is_active: 0 },
  ]);
  for (let id = 1; id <= 6; id++) {
    const topic = id === 6 ? 'product:updated' : 'order:created';
    await webhook.send({ id, topic, order: `order-${id % 2}`, extra: { sku: 'a', note: `Number ${id}` } });
  }
  await eventually(async () => {
    const [fine, failing, dead] = await Promise.all([0, 1, 2].map(index => webhook.status(index)));
    expect([fine?.delivered, failing?.retrying, dead?.dead]).toEqual([6, 1, 5]);
  });
});

describe('deliveries of a destination', () => {
  const expected = [
    ['fine', 'delivered', range(1, 6)],
    ['fine', 'waiting', []],
    ['failing', 'retrying', [1]],
    ['failing', 'waiting', range(2, 6)],
    ['failing', 'delivered', []],
    ['dead', 'dead', range(1, 5)],
    ['dead', 'delivered', []],
    ['paused', 'paused', range(1, 6)],
    ['paused', 'waiting', []],
  ] as const;

  it.each(expected)('of %s: those that are %s', async (name, delivery, sequences) => {
    expect(await standing(name, delivery)).toEqual(sequences);
    expect(await standing(name, delivery, '&order=desc')).toEqual(sequences.toReversed());
    expect(await standing(name, delivery, '&since=2000-01-01T00:00:00Z&increment_id=3')).toEqual(
      sequences.filter(sequence => sequence === 3),
    );
    expect(await standing(name, delivery, '&q=number 2&topic=order:*')).toEqual(
      sequences.filter(sequence => sequence === 2),
    );
  });

  it('are the same after the object left memory', async () => {
    await evictDurableObject(webhook.stub());
    for (const [name, delivery, sequences] of expected) {
      expect([name, delivery, await standing(name, delivery)]).toEqual([name, delivery, sequences]);
    }
  });

  it('of an event that is let go behind the cursor: it waits', async () => {
    const box = new Box();
    const own = await TestWebhook.create([{ url: box.url }]);
    for (const [id, order] of [
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
    ] as const)
      await own.send({ id, order });
    await box.whenKept(2);
    await expect.poll(async () => (await own.status()).delivered).toBe(2);
    await own.patch({ is_active: 0 });
    expect((await call('POST', `${own.path}/events/2/release`)).status).toBe(200);
    const paused = async () => {
      const query = `destination_id=${own.destinations[0]}&delivery=paused`;
      const { body } = await call<List>('GET', `${own.path}/events?${query}`);
      return body.events.map(({ sequence }) => sequence);
    };
    expect(await paused()).toEqual([2]);
    await evictDurableObject(own.stub());
    expect(await paused()).toEqual([2]);
    await own.patch({ is_active: 1 });
    await box.whenKept(3);
    await expect.poll(paused).toEqual([]);
  });

  it('stand in an event as in the list', async () => {
    const { body } = await call<{ deliveries: { destination_id: string; delivery: string }[] }>(
      'GET',
      `${webhook.path}/events/2`,
    );
    expect(body.deliveries.map(({ delivery }) => delivery)).toEqual([
      'delivered',
      'waiting',
      'dead',
      'paused',
    ]);
  });

  it('are told of a destination that there is, together with how they stand', async () => {
    const unknown = await call('GET', `${webhook.path}/events?destination_id=dst_none&delivery=dead`);
    expect(unknown.status).toBe(404);
    const any = await call<List>('GET', `${webhook.path}/events?delivery=dead&status=accepted`);
    expect(any.body.events).toMatchObject(range(1, 5).map(() => ({ status: 'accepted', delivery: 'dead' })));
    for (const [query, path] of [
      [`destination_id=${destination('fine')}`, 'query:delivery'],
      ['delivery=waiting', 'query:destination_id'],
      ['delivery=dead&status=quarantined', 'query:status'],
      ['delivery=retrying&wait=1', 'query:wait'],
      [`destination_id=${destination('fine')}&delivery=dead&wait=1`, 'query:wait'],
    ]) {
      const { status, body } = await call<Problem>('GET', `${webhook.path}/events?${query}`);
      expect([query, status, body.errors[0]?.path]).toEqual([query, 422, path]);
    }
  });
});

describe('a parameter', () => {
  it.each([
    [
      'since=yesterday',
      'query:since',
      'must be a time that exists, like 2026-11-20T12:00:00Z; given: "yesterday"',
    ],
    ['until=2026-11-20T12:00:00+01:00', 'query:until', expect.stringContaining('write + as %2B')],
    [
      'increment_id=0',
      'query:increment_id',
      expect.stringMatching(/^must be a whole number from 1.*; given: "0"$/),
    ],
    ['increment_id=x1', 'query:increment_id', expect.stringMatching(/; given: "x1"$/)],
    [
      'since=2026-11-20T12:00:00Z&until=2026-11-20T12:00:00Z',
      'query:until',
      expect.stringMatching(/^must be later than since; given: 2026-11-20T12:00:00.000Z/),
    ],
    ['order=up', 'query:order', 'must be one of asc, desc; given: "up"'],
    ['q=', 'query:q', expect.stringMatching(/^must be text of 1 to 200 characters.*; given: ""$/)],
    [
      'delivery=lost&destination_id=a',
      'query:delivery',
      expect.stringMatching(/"waiting", .*; given: "lost"$/),
    ],
    ['limit=many', 'query:limit', 'must be a whole number from 1 to 500; given: "many"'],
    ['order=desc&wait=1', 'query:wait', expect.stringContaining('order desc')],
    ['until=2026-11-20T12:00:00Z&wait=1', 'query:wait', expect.stringContaining('until')],
  ])('that is wrong is named, with what was given and what is allowed: %s', async (query, path, message) => {
    const { status, body } = await call<Problem>('GET', `${webhook.path}/events?${query}`);
    expect([status, body.errors]).toEqual([422, [{ path, message }]]);
  });

  it('of the list that has no meaning in the feed is refused there, and the others filter it', async () => {
    for (const query of ['order=desc', 'delivery=dead', 'increment_id=1'])
      expect((await call('GET', `${webhook.path}/feed?${query}`)).status).toBe(422);
    const { body } = await call<List>('GET', `${webhook.path}/feed?q=number 4&entity_key=order:order-0`);
    expect(body.events.map(({ sequence }) => sequence)).toEqual([4]);
  });
});

it('an object that still runs the release before, and knows no filter, is not believed to have applied one', async () => {
  const before = vi
    .spyOn(WebhookLog.prototype, 'events')
    .mockResolvedValue({ events: [], next: null, cursor: 0 });
  for (const query of ['q=x', 'order=desc'])
    expect((await call('GET', `${webhook.path}/events?${query}`)).status).toBe(503);
  expect((await call('GET', `${webhook.path}/events`)).status).toBe(200);
  before.mockRestore();
});

describe('a replay', () => {
  const planned = async (request: object) => {
    const path = `${webhook.path}/replays`;
    return (await call<{ count: number }>('POST', path, { ...request, dry_run: 1 })).body.count;
  };

  it('that says nothing of which events sends none, and all only where that is said', async () => {
    for (const request of [{}, { destination_id: destination('fine') }, { new_id: true, dry_run: false }]) {
      const { status, body } = await call<Problem>('POST', `${webhook.path}/replays`, request);
      expect([status, body.errors[0]?.path]).toEqual([422, '']);
      expect(body.errors[0]?.message).toContain('"all": true');
    }
    expect(await planned({ all: 1, destination_id: destination('fine') })).toBe(6);
    const both = await call<Problem>('POST', `${webhook.path}/replays`, { all: true, topic: 'order:*' });
    expect(both.body.errors).toEqual([{ path: '/all', message: 'cannot be true together with topic' }]);
  });

  it('counts what the list has', async () => {
    for (const [name, delivery, filter] of [
      ['dead', 'dead', {}],
      ['dead', 'dead', { increment_id: 3 }],
      ['fine', 'delivered', { q: 'NUMBER' }],
      ['fine', 'delivered', { entity_key: 'order:order-1', topic: 'order:*' }],
      ['failing', 'retrying', { since: '2000-01-01T00:00:00Z' }],
    ] as const) {
      const query = new URLSearchParams(Object.entries(filter).map(([key, value]) => [key, String(value)]));
      const inList = await standing(name, delivery, `&${query}`);
      const count = await planned({ ...filter, delivery, destination_id: destination(name) });
      expect([name, filter, count]).toEqual([name, filter, inList.length]);
    }
    expect(await planned({ q: 'number 2' })).toBe(4);
  });

  it('of what waits is refused, as it would come twice', async () => {
    for (const delivery of ['waiting', 'paused']) {
      const { status, body } = await call<Problem>('POST', `${webhook.path}/replays`, { delivery });
      expect([status, body.errors[0]?.path]).toEqual([422, '/delivery']);
    }
    const mixed = await call<Problem>('POST', `${webhook.path}/replays`, { q: 'x', status: 'accepted' });
    expect(mixed.body.errors[0]?.path).toBe('/status');
  });

  it('sends what was found when it was asked for, also after the object left memory, and nothing else', async () => {
    const before = (await boxes.fine.kept()).length;
    const request = { destination_id: destination('fine'), entity_key: 'order:order-1', q: 'number' };
    await webhook.patch({ is_active: 0 });
    const { body } = await call<{ count: number }>('POST', `${webhook.path}/replays`, request);
    expect(body.count).toBe(3);
    await webhook.send({ id: 7, order: 'order-1', extra: { note: 'Number 7' } });
    await evictDurableObject(webhook.stub());
    await webhook.patch({ is_active: 1 });
    const kept = (await boxes.fine.whenKept(before + 4)).slice(before);
    const replayed = kept.filter(({ headers }) => headers['gapless-replay'] === '1');
    expect(sequencesOf(replayed).toSorted()).toEqual([1, 3, 5]);
    expect(kept).toHaveLength(4);
  });

  it('of the dead brings them back to life', async () => {
    // The event of the test before has ended too.
    await expect.poll(async () => (await webhook.status(2)).dead).toBe(6);
    await boxes.dead.mode({ status: 200 });
    const request = { delivery: 'dead', destination_id: destination('dead') };
    await call('POST', `${webhook.path}/replays`, request);
    await expect.poll(() => standing('dead', 'dead')).toEqual([]);
    await expect
      .poll(() => standing('dead', 'delivered', '&until=2100-01-01T00:00:00Z'))
      .toEqual([1, 2, 3, 4, 5, 7]);
  });
});
