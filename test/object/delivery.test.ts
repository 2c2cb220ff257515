/**
 * Delivery from end to end: the gateway's HTTP interface, the real object, real couriers, real sockets. What takes
 * days or thousands of events is in `forwarding.test.ts`, on a virtual clock.
 */
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { WebhookLog } from '../../src/log/webhook-log';
import type { Boxed } from '../support/chaos-receiver';
import { Box, call, sequencesOf, TestWebhook } from '../support/in-worker';
import { range } from '../support/sequence';
import { appendRequest, incomingEvent, webhookRecord } from '../support/webhook-record';

vi.setConfig({ testTimeout: 40_000 });

const patiently = { timeout: 20_000, interval: 20 };

/** Throws unless the secret has signed it. */
const verify = (secret: string, { headers, body }: Boxed): unknown =>
  new Webhook(secret).verify(body, headers);

describe('a delivery', () => {
  it('has the bytes, the provider’s headers, and what the gateway says about it', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([
      { url: `${box.url}?own=1`, extra_headers: { 'X-Env': 'prod' } },
    ]);
    const body =
      '{ "topic":"order:created" , "message":{"unique_id":"1","webhook_increment_id":"4","x":1.50}}';
    expect((await webhook.post(body, '?shop=7')).status).toBe(200);
    const [kept] = await box.whenKept(1);
    expect(kept?.body).toBe(body);
    expect(kept?.target).toMatch(/\?own=1&shop=7$/);
    expect(kept?.headers).toMatchObject({
      'x-plugin-hmac-sha256': expect.any(String),
      'x-env': 'prod',
      'webhook-id': `msg_1_${webhook.destinations[0]}`,
      'ce-type': 'order:created',
      'ce-source': `/webhooks/${webhook.id}`,
      'ce-sequence': '1',
      'gapless-previous': '0',
      'gapless-increment-id': '4',
      'gapless-attempt': '1',
    });
    expect(kept?.headers).not.toHaveProperty('gapless-replay');
  });

  it('is signed with every secret in use, before, during and after a rotation', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url }]);
    const [old = ''] = webhook.secrets;
    await webhook.send();
    const [before] = await box.whenKept(1);
    if (before === undefined) throw new Error('nothing came');
    verify(old, before);

    const path = `${webhook.path}/destinations/${webhook.destinations[0]}/rotate_secret`;
    const rotated = await call<{ secret_key: string }>('POST', path, { overlap_seconds: 3600 });
    await webhook.send();
    const during = (await box.whenKept(2))[1];
    if (during === undefined) throw new Error('nothing came');
    verify(old, during);
    verify(rotated.body.secret_key, during);

    // Without an overlap the ones before end at once.
    const ended = await call<{ secret_key: string }>('POST', path, { overlap_seconds: 0 });
    await webhook.send();
    const after = (await box.whenKept(3))[2];
    if (after === undefined) throw new Error('nothing came');
    verify(ended.body.secret_key, after);
    expect(() => verify(rotated.body.secret_key, after)).toThrow();
  });

  it('is retried on the schedule, under the same id, and counted', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [1, 1, 600] } }]);
    await webhook.send();
    await box.whenKept(2);
    await box.mode({ status: 200 });
    const kept = await box.whenKept(3);
    expect(kept.map(({ headers }) => headers['gapless-attempt'])).toEqual(['1', '2', '3']);
    expect(new Set(kept.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await expect
      .poll(() => webhook.status(), patiently)
      .toMatchObject({ delivered: 1, retrying: 0, dead: 0 });
    const { body } = await call<{ attempts: { status: number; outcome: string }[] }>(
      'GET',
      `${webhook.path}/events/1`,
    );
    expect(body.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
  });

  it('waits as long as Retry-After asks', async () => {
    const box = new Box();
    await box.mode({ status: 429, retryAfter: '3' });
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [1] } }]);
    await webhook.send();
    await box.whenKept(1);
    await box.mode({ status: 200 });
    const [first, second] = await box.whenKept(2);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3000);
  });

  it('ends dead when its attempts are used up, and lives again when it is replayed', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [] } }]);
    await webhook.sendMany(3);
    await expect.poll(() => webhook.status(), patiently).toMatchObject({ dead: 3 });
    await box.mode({ status: 200 });
    const dry = { status: 'dead', destination_id: webhook.destinations[0], dry_run: true };
    const counted = await call('POST', `${webhook.path}/replay`, dry);
    expect(counted.body).toEqual({ count: 3 });
    expect(await webhook.status()).toMatchObject({ dead: 3 });
    await call('POST', `${webhook.path}/replay`, { ...dry, dry_run: false });
    const kept = await box.whenKept(6);
    expect(sequencesOf(kept.slice(3))).toEqual([1, 2, 3]);
    await expect.poll(() => webhook.status(), patiently).toMatchObject({ dead: 0 });
  });
});

describe('isolation', () => {
  it('a healthy destination and the acks do not feel ten that hang', async () => {
    const hung = range(1, 10).map(() => new Box());
    const healthy = new Box();
    for (const box of hung) await box.mode({ hangs: true });
    const webhook = await TestWebhook.create(
      [...hung, healthy].map(({ url }) => ({ url, timeout_seconds: 60 })),
    );
    await webhook.sendMany(40);
    const kept = await healthy.whenKept(40);
    expect(sequencesOf(kept).toSorted((a, b) => a - b)).toEqual(range(1, 40));
    // All that, while every one of the others still has its first requests open.
    for (const box of hung) {
      const { inFlight, requests } = await box.notes();
      expect(inFlight).toBeGreaterThan(0);
      expect(inFlight).toBe(requests);
    }
    for (const box of hung) await box.mode({ releases: true });
    for (const box of hung) await expect.poll(async () => (await box.notes()).inFlight, patiently).toBe(0);
  });
});

describe('a destination that answers 410', () => {
  it('is turned off, and goes on where it was when it is turned on', async () => {
    const box = new Box();
    await box.mode({ status: 410 });
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict' }]);
    await webhook.send();
    await expect
      .poll(() => webhook.status(), patiently)
      .toMatchObject({
        is_active: 0,
        disabled_reason: 'it answered 410 Gone',
      });
    await webhook.sendMany(2);
    expect(await box.kept()).toHaveLength(1);
    await box.mode({ status: 200 });
    await webhook.patch({ is_active: 1 });
    expect(sequencesOf((await box.whenKept(4)).slice(1))).toEqual([1, 2, 3]);
    expect(await webhook.status()).toMatchObject({ is_active: 1, disabled_reason: null });
  });
});

describe('what a destination gets', () => {
  it('waits while it is paused, and leaves in order', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict', is_active: 0 }]);
    await webhook.sendMany(5);
    await evictDurableObject(webhook.stub());
    expect(await box.kept()).toEqual([]);
    await webhook.patch({ is_active: 1 });
    const kept = await box.whenKept(5);
    expect(sequencesOf(kept)).toEqual(range(1, 5));
    expect(kept.map(({ headers }) => headers['gapless-previous'])).toEqual(['0', '1', '2', '3', '4']);
  });

  it('is what its topics and its filter say, chained', async () => {
    const box = new Box();
    const filter = { '/message/store': ['eu', 3] };
    const webhook = await TestWebhook.create([{ url: box.url, topics: 'order:*', filter }]);
    const stores = ['eu', 'us', 3, '3', null, 'eu'];
    for (const store of stores) await webhook.send({ extra: { store } });
    await webhook.send({ topic: 'product:created', extra: { store: 'eu', sku: 'a' } });
    await webhook.send({ extra: { store: 'eu' } });
    const kept = await box.whenKept(4);
    expect(sequencesOf(kept).toSorted((a, b) => a - b)).toEqual([1, 3, 6, 8]);
    const chain = new Map(kept.map(({ headers }) => [headers['ce-sequence'], headers['gapless-previous']]));
    expect(Object.fromEntries(chain)).toEqual({ 1: '0', 3: '1', 6: '3', 8: '6' });
  });

  it.each([
    ['beginning', [1, 2, 3, 4]],
    [{ sequence: 3 }, [3, 4]],
    ['now', [4]],
  ])('starts at %j when it is added later', async (start, expected) => {
    const box = new Box();
    const webhook = await TestWebhook.create([]);
    await webhook.sendMany(3);
    const added = await call('POST', `${webhook.path}/destinations`, {
      url: box.url,
      start,
      ordering: 'strict',
    });
    expect(added.status).toBe(201);
    await webhook.send();
    expect(sequencesOf(await box.whenKept(expected.length))).toEqual(expected);
  });
});

describe('replay', () => {
  async function tenEvents(): Promise<{ box: Box; webhook: TestWebhook; times: string[] }> {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict', topics: 'order:*' }]);
    for (let i = 0; i < 10; i++)
      await webhook.send({ topic: i % 2 === 0 ? 'order:created' : 'order:shipped' });
    await box.whenKept(10);
    const { body } = await call<{ events: { received_at: string }[] }>('GET', `${webhook.path}/events`);
    return { box, webhook, times: body.events.map(({ received_at }) => received_at) };
  }

  const replayed = async (box: Box, count: number): Promise<Boxed[]> =>
    (await box.whenKept(10 + count)).slice(10);

  it.each([
    ['a range', { from_sequence: 3, to_sequence: 5 }, [3, 4, 5]],
    ['a topic', { topic: 'order:shipped' }, [2, 4, 6, 8, 10]],
    ['all that was accepted', { status: 'accepted' }, range(1, 10)],
    ['a range without end', { from_sequence: 9 }, [9, 10]],
  ])('sends %s again, marked, under its own ids', async (_, request, expected) => {
    const { box, webhook } = await tenEvents();
    const answer = await call('POST', `${webhook.path}/replay`, request);
    expect(answer.body).toEqual({ count: expected.length });
    const again = await replayed(box, expected.length);
    expect(sequencesOf(again)).toEqual(expected);
    for (const { headers } of again) {
      expect(headers).toMatchObject({ 'gapless-replay': '1', 'gapless-attempt': '1' });
      expect(headers['webhook-id']).toBe(`msg_${headers['ce-sequence']}_${webhook.destinations[0]}`);
      expect(headers).not.toHaveProperty('gapless-previous');
    }
  });

  it('sends a span of time again', async () => {
    const { box, webhook, times } = await tenEvents();
    const since = times[4] ?? '';
    const expected = range(1, 10).filter(n => (times[n - 1] ?? '') >= since);
    const answer = await call('POST', `${webhook.path}/replay`, { since });
    expect(answer.body).toEqual({ count: expected.length });
    expect(sequencesOf(await replayed(box, expected.length))).toEqual(expected);
  });

  it('sends one event again, under a new id where that is asked for', async () => {
    const { box, webhook } = await tenEvents();
    const answer = await call('POST', `${webhook.path}/events/4/replay`, { new_id: true });
    expect(answer.body).toEqual({ count: 1 });
    const [one] = await replayed(box, 1);
    expect(one?.headers['webhook-id']).toMatch(new RegExp(`^msg_4_${webhook.destinations[0]}_r\\d+$`));
    expect(one?.headers['ce-id']).toBe('4');
  });

  it('sends an event to the destination that was chosen for it, though it does not subscribe to it', async () => {
    const { box, webhook } = await tenEvents();
    await webhook.send({ topic: 'product:created', extra: { sku: 'a' } });
    const everyone = await call('POST', `${webhook.path}/events/11/replay`, {});
    expect(everyone.body).toEqual({ count: 0 });
    const chosen = { destination_id: webhook.destinations[0] };
    const answer = await call('POST', `${webhook.path}/events/11/replay`, chosen);
    expect(answer.body).toEqual({ count: 1 });
    expect(sequencesOf(await replayed(box, 1))).toEqual([11]);
  });

  it('leaves out what was redacted', async () => {
    const { box, webhook } = await tenEvents();
    expect((await call('DELETE', `${webhook.path}/events/2/body`)).status).toBe(204);
    const answer = await call('POST', `${webhook.path}/replay`, { to_sequence: 3 });
    expect(answer.body).toEqual({ count: 2 });
    expect(sequencesOf(await replayed(box, 2))).toEqual([1, 3]);
  });

  it('goes on after an eviction', async () => {
    const { box, webhook } = await tenEvents();
    await webhook.patch({ is_active: 0 });
    await call('POST', `${webhook.path}/replay`, { to_sequence: 7 });
    await evictDurableObject(webhook.stub());
    await webhook.patch({ is_active: 1 });
    expect(sequencesOf(await replayed(box, 7))).toEqual(range(1, 7));
  });
});

describe('an eviction', () => {
  it('while deliveries are under way makes them again under the same ids, and loses none', async () => {
    const box = new Box();
    await box.mode({ hangs: true });
    const webhook = await TestWebhook.create([{ url: box.url, timeout_seconds: 60 }]);
    await webhook.sendMany(3);
    const first = await box.whenKept(1);
    await box.mode({ status: 200 });
    await abortAllDurableObjects();
    // The safety alarm comes within 30 s; it stands.
    expect(await runDurableObjectAlarm(webhook.stub())).toBe(true);
    await expect.poll(() => webhook.status(), patiently).toMatchObject({ delivered: 3, retrying: 0 });
    const kept = await box.kept();
    expect(new Set(sequencesOf(kept))).toEqual(new Set([1, 2, 3]));
    const again = kept.slice(first.length).find(({ headers }) => headers['ce-sequence'] === '1');
    expect(again?.headers['webhook-id']).toBe(first[0]?.headers['webhook-id']);
    expect(again?.headers['gapless-previous']).toBe('0');
  });

  it('with hundreds of events behind one blocked key leaves their order to the row of that key', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const retry = { schedule_seconds: [3600] };
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'key', retry }]);
    await webhook.send({ order: 'blocked' });
    await expect.poll(() => webhook.status(), patiently).toMatchObject({ retrying: 1 });
    await box.mode({ status: 200 });
    const stub = env.WEBHOOKS.getByName(String(webhook.id));
    const record = await stub.getRecord();
    const secretId = record?.secrets[0]?.id ?? '';
    const version = record?.version ?? 0;
    const blockedKeys = (await stub.event(1))?.entityKeys ?? [];
    expect(blockedKeys).toHaveLength(1);
    const events = await Promise.all(
      range(2, 700).map(id =>
        incomingEvent(id, { entityKeys: id % 100 === 0 ? [`order/${id}`] : blockedKeys }),
      ),
    );
    await Promise.all(events.map(event => stub.append({ ...appendRequest(event, version), secretId })));
    // The others pass them.
    await box.whenKept(1 + 7);
    await evictDurableObject(webhook.stub());
    await runInDurableObject(stub, (_, { storage }) => {
      const rows = storage.sql.exec<{ tasks: string }>('SELECT tasks FROM blocked_keys').toArray();
      expect(rows).toHaveLength(1);
      // What its first event needs is a retry: as if the hour had passed.
      storage.sql.exec('UPDATE deliveries SET next_at = ?', Date.now());
    });
    await evictDurableObject(webhook.stub());
    await webhook.send({ id: 701, order: 'another' });
    // One by one they follow; their first hundreds will do. Some may come twice.
    const blocked = (kept: Boxed[]): number[] =>
      [...new Set(sequencesOf(kept.slice(1)))].filter(n => n % 100 !== 0 && n !== 701);
    await expect.poll(async () => blocked(await box.kept()).length, patiently).toBeGreaterThan(200);
    const came = blocked(await box.kept());
    expect(came).toEqual(
      range(1, 700)
        .filter(n => n % 100 !== 0)
        .slice(0, came.length),
    );
  });
});

describe('hold_seconds', () => {
  it('sorts by increment id, over an eviction', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict' }], {
      sequence: { hold_seconds: 30 },
    });
    await webhook.send({ id: 1 });
    await expect.poll(() => webhook.status(), patiently).toMatchObject({ delivered: 1 });
    await webhook.send({ id: 4 });
    await webhook.send({ id: 3 });
    await evictDurableObject(webhook.stub());
    expect(sequencesOf(await box.whenKept(1))).toEqual([1]);
    await webhook.send({ id: 2 });
    const kept = await box.whenKept(4);
    expect(kept.map(({ headers }) => headers['gapless-increment-id'])).toEqual(['1', '2', '3', '4']);
    // The chain follows the feed, not the order of acceptance.
    expect(sequencesOf(kept)).toEqual([1, 4, 3, 2]);
    expect(kept.map(({ headers }) => headers['gapless-previous'])).toEqual(['0', '1', '4', '3']);
    for (const { headers } of kept) expect(headers).not.toHaveProperty('gapless-gap');
  });

  it('gives a missing id up when its time is over, over an eviction, and names the gap', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict' }], {
      sequence: { hold_seconds: 1 },
    });
    await webhook.send({ id: 1 });
    await expect.poll(() => webhook.status(), patiently).toMatchObject({ delivered: 1 });
    await webhook.send({ id: 3 });
    await evictDurableObject(webhook.stub());
    const [, third] = await box.whenKept(2);
    expect(third?.headers).toMatchObject({ 'gapless-increment-id': '3', 'gapless-gap': '2-2' });
    await webhook.send({ id: 2 });
    const [, , second] = await box.whenKept(3);
    expect(second?.headers).toMatchObject({ 'gapless-increment-id': '2', 'gapless-late': '1' });
  });
});

describe('operational events', () => {
  const topicsIn = (kept: readonly Boxed[]): string[] => kept.map(({ headers }) => headers['ce-type'] ?? '');

  it('tell of gaps and quarantined events once each, to who subscribes and to nobody else', async () => {
    const [everything, operators] = [new Box(), new Box()];
    const webhook = await TestWebhook.create(
      [{ url: everything.url }, { url: operators.url, topics: 'gateway:*', ordering: 'strict' }],
      { sequence: { grace_seconds: 0 } },
    );
    await webhook.send({ id: 1 });
    await webhook.send({ id: 4 });
    const [opened] = await operators.whenKept(1);
    expect(JSON.parse(opened?.body ?? '')).toMatchObject({
      topic: 'gateway:gap_opened',
      message: { webhook_id: webhook.id, count: 1, from: 2, to: 3, missing: 2 },
    });
    await webhook.send({ id: 2 });
    await webhook.post('{"topic":"order:created","message":{"webhook_increment_id":"x"}}');
    const kept = await operators.whenKept(3);
    expect(topicsIn(kept)).toEqual(['gateway:gap_opened', 'gateway:gap_filled', 'gateway:event_quarantined']);
    expect(JSON.parse(kept[1]?.body ?? '')).toMatchObject({ message: { from: 2, to: 2, count: 1 } });
    expect(kept[1]?.headers).not.toHaveProperty('gapless-increment-id');
    verify(webhook.secrets[1] ?? '', kept[2] as Boxed);
    expect(topicsIn(await everything.whenKept(3))).toEqual([
      'order:created',
      'order:created',
      'order:created',
    ]);
  });

  it('tell that a destination failed for long, and that it is back', async () => {
    const [box, operators] = [new Box(), new Box()];
    await box.mode({ status: 500 });
    const webhook = await TestWebhook.create([
      { url: box.url, retry: { schedule_seconds: [600] } },
      { url: operators.url, topics: 'gateway:*', ordering: 'strict' },
    ]);
    await webhook.sendMany(25);
    const [disabled] = await operators.whenKept(1);
    const message = { webhook_id: webhook.id, destination_id: webhook.destinations[0], url: box.url };
    expect(JSON.parse(disabled?.body ?? '')).toMatchObject({
      topic: 'gateway:destination_disabled',
      message,
    });
    expect(await webhook.status()).toMatchObject({ circuit: 'open' });
    await box.mode({ status: 200 });
    const [, recovered] = await operators.whenKept(2);
    expect(JSON.parse(recovered?.body ?? '')).toMatchObject({
      topic: 'gateway:destination_recovered',
      message,
    });
  });

  it.each([
    ['', { topic: 'gateway:event_quarantined', message: { webhook_name: 'A & B', count: 1 } }],
    ['#slack', { text: expect.stringMatching(/^A &amp; B \(77\): event quarantined \{/) }],
  ])('reach OPERATIONS_URL of every webhook, as JSON or in Slack’s form (%j)', async (hash, expected) => {
    const box = new Box();
    const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
    await runInDurableObject(stub, async (_, state) => {
      const log = new WebhookLog(state, { ...env, OPERATIONS_URL: box.url + hash });
      await log.create(webhookRecord({ id: 77, name: 'A & B' }));
      const event = await incomingEvent(null, { issues: [{ path: '', message: 'wrong' }] });
      expect(await log.append(appendRequest(event))).toMatchObject({ kind: 'quarantined' });
      const [kept] = await box.whenKept(1);
      expect(JSON.parse(kept?.body ?? '')).toMatchObject(expected);
      expect(kept?.headers).not.toHaveProperty('webhook-signature');
      await log.remove();
    });
  });
});

describe('a webhook that is deleted', () => {
  it('leaves nothing behind, whatever was under way', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [1, 1, 1] } }]);
    await webhook.sendMany(3);
    await box.whenKept(1);
    expect((await call('DELETE', webhook.path)).status).toBe(204);
    const before = (await box.kept()).length;
    await runInDurableObject(webhook.stub(), async (_, { storage }) => {
      expect(
        storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
      ).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    });
    // What a courier has begun may still arrive; no retry does.
    await new Promise(resolve => setTimeout(resolve, 1500));
    expect((await box.kept()).length).toBeLessThanOrEqual(before + 3);
    expect((await webhook.send()).status).toBe(404);
  });
});
