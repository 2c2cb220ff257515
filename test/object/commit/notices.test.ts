/** The gateway's own events: who is told of gaps, quarantine, failing destinations and silence, and how often. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { WebhookLog } from '../../../src/log/webhook-log';
import type { Boxed } from '../../support/chaos-receiver';
import { HOUR } from '../../support/durations';
import { Box, TestWebhook, verify } from '../../support/in-worker';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';
import { START, useStandingClock, wait } from '../../support/standing-clock';
import { newObject } from '../../support/webhook-object';
import { appendRequest, incomingEvent, webhookRecord } from '../../support/webhook-record';

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
    const [failing] = await operators.whenKept(1);
    const message = { webhook_id: webhook.id, destination_id: webhook.destinations[0], url: box.url };
    expect(JSON.parse(failing?.body ?? '')).toMatchObject({
      topic: 'gateway:destination_failing',
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

  const LINK = 'https://hooks.example.com/v1/webhooks/77/events/1';

  it.each<[string, object]>([
    [
      '',
      {
        topic: 'gateway:event_quarantined',
        message: { webhook_name: 'A & B', count: 1, topics: ['order:created'], link: LINK },
      },
    ],
    ['#slack', { text: expect.stringMatching(/^A &amp; B \(77\): event quarantined\n/) }],
    ['#teams', { type: 'message', attachments: [{ content: { actions: [{ url: LINK }] } }] }],
    ['#pagerduty&routing_key=k1', { routing_key: 'k1', event_action: 'trigger', links: [{ href: LINK }] }],
  ])(
    'reach OPERATIONS_URL of every webhook, in the form that its fragment says (%j)',
    async (hash, expected) => {
      const box = new Box();
      const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
      await runInDurableObject(stub, async (_, state) => {
        const log = new WebhookLog(state, {
          ...env,
          OPERATIONS_URL: box.url + hash,
          PUBLIC_URL: 'https://hooks.example.com',
        });
        await log.create(webhookRecord({ id: 77, name: 'A & B' }));
        const event = await incomingEvent(null, { issues: [{ path: '', message: 'wrong' }] });
        expect(await log.append(appendRequest(event))).toMatchObject({ kind: 'quarantined' });
        const [kept] = await box.whenKept(1);
        expect(JSON.parse(kept?.body ?? '')).toMatchObject(expected);
        expect(kept?.headers).not.toHaveProperty('webhook-signature');
        await log.remove();
      });
    },
  );

  it('make no further ones when they cannot be delivered, whatever the answer', async () => {
    for (const status of [500, 410]) {
      await scene(
        [destinationRecord('a')],
        async s => {
          s.reply = target => ({ status: target.destinationId === 'operations' ? status : 500, ms: 5 });
          await s.append(40);
          await s.wait(6 * HOUR);
          const reports = s.world.log.feed.eventsAfter(0, 1000).filter(({ operational }) => operational);
          expect(reports.map(({ topic }) => topic)).toEqual([
            'gateway:destination_failing',
            'gateway:destination_behind',
          ]);
          expect(s.world.forwarding.destination('operations')?.destination.isActive).toBe(true);
          expect(s.attempts.filter(({ id }) => id === 'operations').length).toBeLessThan(12);
        },
        {},
        'https://operations.example.com/',
      );
    }
  });
});

describe('a rise of refused requests', () => {
  useStandingClock();

  async function watched() {
    const operations = destinationRecord('operations', { topics: ['gateway:*'], isActive: false });
    const object = await newObject({ createdAt: START, destinations: [operations] });
    const { stub } = object;
    const refused = (counts: Record<string, number>) => stub.refused({ counts, last: [] });
    /** A report each 10 s, and an eviction between them, as an object that is asked seldom has. */
    const refusedFor = async (ms: number, counts: Record<string, number>) => {
      for (let passed = 0; passed < ms; passed += 10_000) {
        await refused(counts);
        wait(10_000);
        await object.evict();
      }
    };
    const told = async (topic = 'gateway:requests_refused') => {
      const page = await stub.events({ after: 0, limit: 10, topic, status: null });
      const bodies = await Promise.all(page?.events.map(({ sequence }) => stub.event(sequence)) ?? []);
      return bodies.map(detail => JSON.parse(new TextDecoder().decode(detail?.body ?? undefined)).message);
    };
    return { ...object, refused, refusedFor, told };
  }

  it('is told once, with the most frequent reason, and again when it begins anew', async () => {
    const { send, refused, refusedFor, told } = await watched();
    await send(1);
    const since = new Date(START).toISOString();
    await refusedFor(120_000, { mismatch: 2, stale: 1 });
    expect(await told()).toEqual([]);
    await refused({ mismatch: 2 });
    const first = { webhook_id: 1, count: 1, reason: 'mismatch', refused: 38, since };
    expect(await told()).toMatchObject([{ ...first, reasons: { mismatch: 26, stale: 12 } }]);
    await refusedFor(600_000, { mismatch: 50 });
    expect(await told()).toHaveLength(1);
    await send(2);
    await refusedFor(120_000, { stale: 1 });
    expect(await told()).toHaveLength(1);
    await refused({ stale: 1 });
    expect(await told()).toMatchObject([first, { reason: 'stale', refused: 13 }]);
    wait(6 * 3_600_000);
    await refused({ missing: 100 });
    expect(await told()).toMatchObject([first, { reason: 'stale' }, { reason: 'missing', refused: 100 }]);
  });

  it('names a refusal, and is told to be over once: when a request verifies, or when none was refused for 6 hours', async () => {
    const { stub, send, evict, alarm, told } = await watched();
    const over = () => told('gateway:requests_accepted');
    const refusal = { at: START, headerNames: [], bytes: 1, bodySha256: null };
    const flood = (reason: string) =>
      stub.refused({
        counts: { [reason]: 100, stale: 1 },
        last: [
          { ...refusal, reason },
          { ...refusal, reason: 'stale' },
        ],
      });
    await flood('mismatch');
    await flood('mismatch');
    const [first] = await told();
    expect(first).toMatchObject({ reason: 'mismatch', sample_id: 1, topics: ['*'], link: null });
    expect((await stub.refusals())?.last.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      '4 stale',
      '3 mismatch',
      '2 stale',
      '1 mismatch',
    ]);
    expect(await over()).toEqual([]);
    await evict();
    await send(1);
    await send(2);
    expect(await over()).toMatchObject([
      { count: 1, because: 'a request was verified', ends: ['gateway:requests_refused'], still_open: 0 },
    ]);
    wait(120_000);
    await flood('missing');
    expect(await told()).toMatchObject([first, { reason: 'missing', sample_id: 5 }]);
    for (let hour = 0; hour < 8; hour++) {
      wait(3_600_000);
      await evict();
      await alarm();
    }
    expect(await over()).toMatchObject([{}, { because: 'none was refused for 6 hours' }]);
  });

  it('is none where verified requests come too, where few are refused, or where the webhook is switched off', async () => {
    const { send, refused, refusedFor, told } = await watched();
    for (let id = 1; id <= 10; id++) {
      await send(id);
      await refusedFor(60_000, { mismatch: 3 });
      // A retry proves the secret as well.
      await send(id);
      await refusedFor(60_000, { mismatch: 3 });
    }
    await send(11);
    for (let i = 0; i < 9; i++) {
      await refused({ mismatch: 1 });
      wait(60_000);
    }
    await send(12);
    await refusedFor(600_000, { inactive: 50 });
    expect(await told()).toEqual([]);
  });
});

describe('a silence', () => {
  useStandingClock();

  it('is announced once, over evictions, and so is its end; the next one again', async () => {
    const operations = destinationRecord('operations', { topics: ['gateway:*'], isActive: false });
    const { stub, send, alarm, evict, change } = await newObject({
      ...{ createdAt: START, silenceSeconds: 3600, destinations: [operations] },
    });
    const announced = async () => {
      const page = await stub.events({ after: 0, limit: 10, topic: 'gateway:*', status: null });
      return page?.events.map(({ topic, sequence }) => `${topic} ${sequence}`);
    };
    const anHourLater = async () => {
      wait(3_600_000);
      await evict();
      await alarm();
    };
    await send(1);
    await anHourLater();
    expect(await announced()).toEqual(['gateway:source_silent 2']);
    for (let i = 0; i < 3; i++) await anHourLater();
    expect(await announced()).toEqual(['gateway:source_silent 2']);
    await send(2);
    await send(3);
    const first = ['gateway:source_silent 2', 'gateway:source_resumed 4'];
    expect(await announced()).toEqual(first);
    await anHourLater();
    expect(await announced()).toEqual([...first, 'gateway:source_silent 6']);
    await change({ silenceSeconds: null });
    expect(await announced()).toEqual([...first, 'gateway:source_silent 6', 'gateway:source_resumed 7']);
  });
});
