/** How webhooks do: counts by hour over restarts, what waits and why, the overview, and destinations by themselves. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { sumOf } from '../../src/hour-counts';
import { readStatus } from '../../src/log/read/status';
import { HOUR, MINUTE, SECOND } from '../support/durations';
import { Box, TestWebhook } from '../support/in-worker';
import { ingest, newWebhook, orderCreated, send } from '../support/rest';
import { range } from '../support/sequence';
import { fails, works } from '../support/simulation/replies';
import { scene } from '../support/simulation/scene';
import { destinationRecord } from '../support/simulation/world';
import { useStandingClock, wait } from '../support/standing-clock';
import { invalid, newObject } from '../support/webhook-object';
import { incomingEvent } from '../support/webhook-record';

const url = 'https://app.example.com/hooks';

describe('events per hour', () => {
  useStandingClock();

  it('are right over hours and restarts, with and without a checkpoint between', async () => {
    const object = await newObject();
    const last = async (count: number) => (await object.status()).eventsPerHour?.slice(-count);
    await object.sendAll(range(1, 3));
    await object.evict();
    expect(await last(2)).toEqual([0, 3]);
    wait(HOUR - 1);
    await object.send(4);
    // Neither is new: a retry is none, and neither is one of a topic that nobody asked for.
    await object.send(4);
    await object.change({ topics: ['order:*'] });
    await object.send(5, { topic: 'product:created' });
    wait(1);
    await object.send(6);
    await object.send(7, invalid);
    await object.evict();
    expect(await last(3)).toEqual([0, 4, 2]);
    await object.send(8);
    await object.evict();
    wait(2 * HOUR);
    expect(await last(4)).toEqual([4, 3, 0, 0]);
    wait(24 * HOUR);
    expect(await last(24)).toEqual(Array(24).fill(0));
  });

  it('do not count notices, nor events twice that a checkpoint has', async () => {
    const object = await newObject({
      destinations: [destinationRecord('ops', { topics: ['gateway:*'], isActive: false })],
    });
    await object.send(1, invalid);
    await object.together(await Promise.all(range(2, 300).map(id => incomingEvent(id))));
    await object.send(301);
    await object.evict();
    expect((await object.status()).eventsPerHour?.at(-1)).toBe(301);
  });

  it('are counted by the minute, too: those that were accepted, over restarts', async () => {
    const object = await newObject();
    const last = async (count: number) => (await object.status()).acceptedPerMinute.slice(-count);
    await object.sendAll(range(1, 3));
    wait(MINUTE);
    await object.send(4, invalid);
    await object.send(5);
    await object.evict();
    expect(await last(3)).toEqual([0, 3, 1]);
    wait(59 * MINUTE);
    expect((await object.status()).acceptedPerMinute).toEqual([1, ...Array(59).fill(0)]);
  });
});

describe('refused requests of a day', () => {
  useStandingClock();

  it('are those of the last 24 hours, and not known where an earlier release counted', async () => {
    const { stub, status, evict } = await newObject();
    await stub.refused({ counts: { mismatch: 3 }, last: [] });
    wait(23 * HOUR);
    await stub.refused({ counts: { mismatch: 2, stale: 1 }, last: [] });
    await evict();
    expect((await status()).refusedLastDay).toBe(6);
    wait(HOUR);
    expect(await status()).toMatchObject({ refusedLastDay: 3, rejected: { mismatch: 5, stale: 1 } });

    const refusal = { at: Date.now(), reason: 'stale', headerNames: [], bytes: 1, bodySha256: null };
    await runInDurableObject(stub, (_object, { storage }) => {
      const earlier = JSON.stringify({ counts: { mismatch: 9 }, last: [{ ...refusal, capture: null }] });
      storage.sql.exec("UPDATE state SET value = ? WHERE name = 'refusals'", earlier);
    });
    expect((await status()).refusedLastDay).toBeNull();
    wait(24 * HOUR);
    expect((await status()).refusedLastDay).toBe(0);
  });
});

describe('a destination', () => {
  it('says since when it fails, how, when it is tried again, and how long deliveries took', () =>
    scene([destinationRecord('a', { name: 'App', retrySchedule: [60, 600] })], async s => {
      const status = () => readStatus(s.world.live).destinations[0];
      s.reply = works;
      await s.append(2);
      await s.wait(SECOND);
      expect(status()).toMatchObject({
        ...{ name: 'App', failingSince: null, waiting: { count: 0, exact: true }, nextAttemptAt: null },
        attempts: { '2xx': 2, '5xx': 0 },
        latency: { counts: [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
      });
      const since = s.world.time.now;
      s.reply = fails;
      await s.append(3);
      await s.wait(SECOND);
      s.world.restart();
      const failing = status();
      expect(failing?.lastFailure).toMatchObject({ status: 500, error: 'status' });
      expect(failing).toMatchObject({ attempts: { '2xx': 2, '5xx': 3 }, waiting: { count: 3, exact: true } });
      const { delivered, failed } = failing?.perMinute ?? { delivered: [], failed: [] };
      expect([sumOf(delivered), sumOf(failed)]).toEqual([2, 3]);
      expect(failing?.failingSince).toBeGreaterThanOrEqual(since);
      expect(failing?.failingSince).toBeLessThan(since + SECOND);
      const inMs = (failing?.nextAttemptAt ?? 0) - since;
      expect(inMs).toBeGreaterThan(50 * SECOND);
      expect(inMs).toBeLessThan(70 * SECOND);
      s.reply = works;
      await s.wait(2 * MINUTE);
      expect(status()).toMatchObject({ failingSince: null, waiting: { count: 0 }, attempts: { '2xx': 5 } });
      // Up to a minute and more, as they were tried again.
      expect(status()?.latency.counts.reduce((sum, count) => sum + count)).toBe(5);
      expect(
        status()
          ?.latency.counts.slice(5, 7)
          .reduce((sum, count) => sum + count),
      ).toBe(3);
    }));

  it('that is down says since when it is only probed, and when the next probe may go', () =>
    scene([destinationRecord('a')], async s => {
      s.reply = fails;
      await s.append(40);
      await s.wait(10 * SECOND);
      const [status] = readStatus(s.world.live).destinations;
      expect(status).toMatchObject({ circuit: 'open', waiting: { count: 40, exact: true } });
      expect(status?.circuitSince).toBeLessThan(s.world.time.now);
      expect(status?.nextProbeAt).toBeGreaterThan(s.world.time.now);
      expect(status?.nextAttemptAt).toBe(status?.nextProbeAt);
    }));

  it('that is paused counts what it wants of the first 512, and all beyond as if it wanted them', () =>
    scene([destinationRecord('a', { topics: ['order:*'], isActive: false })], async s => {
      const topic = (index: number) => ({ topic: index % 2 === 0 ? 'order:created' : 'product:created' });
      const waiting = () => readStatus(s.world.live).destinations[0]?.waiting;
      await s.append(100, topic);
      expect(waiting()).toEqual({ count: 50, exact: true });
      await s.append(1900, topic);
      expect(waiting()).toEqual({ count: 256 + 2000 - 512, exact: false });
      s.world.patch('a', { filter: { '/storeId': [1] } });
      expect(waiting()).toEqual({ count: 2000, exact: false });
      expect(readStatus(s.world.live).destinations[0]?.nextAttemptAt).toBeNull();
    }));
});

describe('the status of a webhook', () => {
  it('has destinations by name, and until when secrets overlap', async () => {
    const { path } = await newWebhook({ name: 'Shop', destinations: [{ url, name: 'ERP', is_active: 0 }] });
    const status = async () => (await send('GET', `${path}/status`)).body;
    expect(await status()).toMatchObject({
      ...{ name: 'Shop', provider: 'shipstream', is_active: true, secret_overlap_until: null },
      destinations: [{ name: 'ERP', is_active: false, disabled_reason: null, secret_overlap_until: null }],
    });
    const [destination] = (await send('GET', `${path}/destinations`)).body.destinations as never as [
      { destination_id: string },
    ];
    const before = Date.now();
    const overlap = { overlap_seconds: 60 };
    await send('POST', `${path}/rotate_secret`, { ...overlap, secret_key: 'another' });
    await send('POST', `${path}/destinations/${destination.destination_id}/rotate_secret`, overlap);
    const { secret_overlap_until: until, destinations } = await status();
    for (const end of [
      until,
      (destinations as never as { secret_overlap_until: string }[])[0]?.secret_overlap_until,
    ]) {
      expect(Date.parse(String(end)) - before).toBeGreaterThanOrEqual(MINUTE);
      expect(Date.parse(String(end)) - before).toBeLessThan(2 * MINUTE);
    }
  });
});

describe('destinations', () => {
  it('are read one by one and together, under the tag of the webhook and without secrets', async () => {
    const { path, body } = await newWebhook({
      destinations: [
        { url, name: 'ERP' },
        { url, topics: 'order:*' },
      ],
    });
    const [first, second] = body.destinations as never as { destination_id: string; secret_key: string }[];
    const { headers } = await send('GET', path);
    const list = await send('GET', `${path}/destinations`);
    expect(list.headers.get('ETag')).toBe(headers.get('ETag'));
    expect(list.body).toEqual({ destinations: (await send('GET', path)).body.destinations });
    const one = await send('GET', `${path}/destinations/${second?.destination_id}`);
    expect([one.status, one.headers.get('ETag')]).toEqual([200, headers.get('ETag')]);
    expect(one.body).toMatchObject({ destination_id: second?.destination_id, topics: ['order:*'] });
    for (const { text } of [list, one]) expect(text).not.toMatch(/secret_key|whsec_/);
    // The tag can be given back.
    const tag = { 'If-Match': one.headers.get('ETag') ?? '' };
    const at = `${path}/destinations/${first?.destination_id}`;
    expect((await send('PATCH', at, { max_in_flight: 2 }, tag)).status).toBe(200);
    expect((await send('PATCH', at, { max_in_flight: 3 }, tag)).status).toBe(412);
    expect((await send('GET', `${path}/destinations/dst_none`)).status).toBe(404);
    expect((await send('GET', '/v1/webhooks/5/destinations')).status).toBe(404);
  });
});

type Entry = { webhook_id: number; name: string | null; left_out: string | null } & Record<string, unknown>;
const overview = async (query = '', headers = {}) => {
  const { status, body } = await send('GET', `/v1/status${query}`, undefined, headers);
  return { status, webhooks: body.webhooks as never as Entry[], next: body.next as never as number | null };
};

describe('the overview', () => {
  it('says of every webhook what comes, what is missing, what waits and what fails', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const webhook = await TestWebhook.create(
      [
        { url: box.url, name: 'ERP', retry: { schedule_seconds: [3600] } },
        { url: box.url, name: 'paused', is_active: 0 },
      ],
      { name: 'Shop at a glance', sequence: { grace_seconds: 0 } },
    );
    for (const id of [1, 4]) await webhook.send({ id });
    await webhook.send({ id: 5, secret: 'wrong' });
    await expect
      .poll(async () => (await overview()).webhooks.find(({ webhook_id }) => webhook_id === webhook.id))
      .toMatchObject({
        ...{ name: 'Shop at a glance', provider: 'shipstream', is_active: true, left_out: null },
        ...{ last_event_at: expect.any(String), open_gaps: 1, missing_ids: 2, uncertain_ids: 0 },
        ...{ waiting: 4, waiting_exact: true, dead: 0, refused_last_day: 1, destinations: 2, paused: 1 },
        failing: [
          { name: 'ERP', failing_since: expect.any(String), circuit: 'closed', disabled_reason: null },
        ],
        storage_percent: expect.any(Number),
      });
    const [entry] = (await overview()).webhooks.filter(({ webhook_id }) => webhook_id === webhook.id);
    const perHour = entry?.events_per_hour as number[];
    expect([perHour.length, perHour.reduce((sum, count) => sum + count)]).toEqual([24, 2]);
  });

  it('comes in pages, and says nothing of gaps where they cannot be known', async () => {
    const made = await Promise.all([newWebhook({ provider: 'ecwid' }), newWebhook(), newWebhook()]);
    const seen: number[] = [];
    let next: number | null = 0;
    while (next !== null) {
      const page = await overview(`?limit=2&after=${next}`);
      expect(page.webhooks.length).toBeLessThanOrEqual(2);
      seen.push(...page.webhooks.map(({ webhook_id }) => webhook_id));
      next = page.next;
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    for (const { id } of made) expect(seen).toContain(id);
    const ecwid = (await overview()).webhooks.find(({ webhook_id }) => webhook_id === made[0]?.id);
    expect(ecwid).toMatchObject({ open_gaps: null, missing_ids: null, uncertain_ids: null, waiting: 0 });
    expect((await overview('?limit=901')).status).toBe(422);
  });

  it('shows a token for one webhook that one and no other', async () => {
    const [own] = await Promise.all([newWebhook({ name: 'own' }), newWebhook({ name: 'other' })]);
    const { body } = await send('POST', '/v1/tokens', { name: 't', scope: 'read', webhook_id: own.id });
    const headers = { Authorization: `Bearer ${body.token}` };
    const { status, webhooks, next } = await overview('', headers);
    expect([status, webhooks.map(({ name }) => name), next]).toEqual([200, ['own'], null]);
    expect((await overview(`?after=${own.id}`, headers)).webhooks).toEqual([]);
  });

  it('names a webhook whose object cannot be reached', async () => {
    const [broken, well] = await Promise.all([newWebhook({ name: 'broken' }), newWebhook({ name: 'well' })]);
    await ingest(broken.id, orderCreated(1));
    await runInDurableObject(env.WEBHOOKS.getByName(String(broken.id)), object => {
      vi.spyOn(object, 'status').mockRejectedValue(new Error('out of order'));
    });
    const { webhooks } = await overview();
    const of = (id: number) => webhooks.find(({ webhook_id }) => webhook_id === id);
    expect(of(broken.id)).toMatchObject({
      ...{
        name: 'broken',
        left_out: 'unreachable',
        last_event_at: null,
        events_per_hour: null,
        waiting: null,
      },
    });
    expect(of(well.id)).toMatchObject({ left_out: null, waiting: 0 });
  });
});
