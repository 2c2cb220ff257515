/** A storage that fills up: it is told in time, and makes room as its webhook says, or refuses. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppendResult } from '../../src/log/contract/append';
import { readStatus } from '../../src/log/read/status';
import type { WebhookRecord } from '../../src/subscriptions/webhook';
import { DAY, HOUR, MINUTE } from '../support/durations';
import { ingest, newWebhook, orderCreated, send } from '../support/rest';
import { range } from '../support/sequence';
import { replayOf } from '../support/simulation/replay-of';
import { fails, works } from '../support/simulation/replies';
import { type Scene, scene } from '../support/simulation/scene';
import { destinationRecord } from '../support/simulation/world';
import { appendRequest, incomingEvent } from '../support/webhook-record';

const EVENT_BYTES = 20_000;
const LIMIT = 4_000_000;
/** Events until it is full, about. */
const FILLING = LIMIT / EVENT_BYTES;

const all = destinationRecord('a', { maxInFlight: 128 });
const watching = destinationRecord('watching', { topics: ['gateway:*'] });

/** A scene in which little may be stored. */
const small = (
  play: (s: Scene) => Promise<void>,
  given: Partial<WebhookRecord> = {},
  destinations = [all, watching],
): Promise<void> =>
  scene(
    destinations,
    async s => {
      s.reply = () => ({ status: 200, ms: 1 });
      s.world.storageLimit = LIMIT;
      s.world.restart();
      await play(s);
    },
    given,
  );

let next = 1;
/** Sends events as the edge does, ten at a time; what became of them. */
async function sendTo(s: Scene, count: number): Promise<AppendResult['kind'][]> {
  const kinds: AppendResult['kind'][] = [];
  for (let sent = 0; sent < count; sent += 10) {
    const answers = range(1, Math.min(10, count - sent)).map(async () => {
      const id = next++;
      const event = await incomingEvent(id, { body: `${id}`.padEnd(EVENT_BYTES) });
      return s.world.live.append(appendRequest(event, s.world.webhook.version));
    });
    kinds.push(...(await Promise.all(answers)).map(({ kind }) => kind));
    await s.wait(MINUTE);
  }
  return kinds;
}

const told = (s: Scene): Record<string, unknown>[] =>
  s.delivered
    .filter(({ id }) => id === 'watching')
    .map(
      ({ event }) => JSON.parse(new TextDecoder().decode(event.body)) as { topic: string; message: object },
    )
    .map(({ topic, message }) => ({ topic, ...message }));
const topicsTold = (s: Scene): string[] => told(s).map(({ topic }) => String(topic));

const storedSequences = (s: Scene): number[] => {
  const { feed } = s.world.log;
  return feed.eventsAfter(0, 100_000).flatMap(({ sequence, operational }) => (operational ? [] : [sequence]));
};
const storageOf = (s: Scene) => readStatus(s.world.live).storage;

describe('a storage that fills up', () => {
  it('is told at 70 and 90 percent, once each, and when retention has made room again', () =>
    small(
      async s => {
        await sendTo(s, FILLING * 1.2);
        expect(topicsTold(s).filter(topic => topic !== 'gateway:events_dropped')).toEqual([
          'gateway:storage_high',
          'gateway:storage_high',
        ]);
        const [first, second] = told(s);
        expect(first).toMatchObject({ percent: 70, limit_bytes: LIMIT, when_full: 'refuse' });
        expect(second).toMatchObject({ percent: 90 });
        await s.wait(9 * DAY);
        expect(told(s).at(-1)).toMatchObject({ topic: 'gateway:storage_recovered', below_percent: 90 });
        await sendTo(s, FILLING * 0.8);
        expect(told(s).at(-1)).toMatchObject({ topic: 'gateway:storage_high', percent: 70 });
      },
      { whenFull: 'refuse' },
    ));

  it('with refuse: takes no new event, keeps all it has, and goes on delivering', () =>
    small(
      async s => {
        s.reply = (_, { topic }) => (topic.startsWith('gateway:') ? works() : fails());
        const kinds = await sendTo(s, FILLING * 1.2);
        const accepted = kinds.filter(kind => kind === 'accepted').length;
        expect(new Set(kinds)).toEqual(new Set(['accepted', 'overloaded']));
        expect(kinds.slice(accepted).every(kind => kind === 'overloaded')).toBe(true);
        expect(storageOf(s)).toMatchObject({ limitBytes: LIMIT, droppedEvents: 0, refusingSince: null });
        expect(storageOf(s).usedBytes).toBeLessThan(LIMIT);
        const refusals = s.world.lines.filter(line => 'written' in line);
        expect(refusals).toEqual([expect.objectContaining({ event: 'storage_refused', written: 'events' })]);
        s.reply = works;
        await s.wait(3 * DAY);
        expect(new Set(s.sequences('a')).size).toBe(accepted);
        expect(storedSequences(s)).toHaveLength(accepted);
      },
      { whenFull: 'refuse' },
    ));

  it('drops the oldest events that were received, and takes new ones without end', () =>
    small(async s => {
      const kinds = await sendTo(s, FILLING * 3);
      expect(new Set(kinds)).toEqual(new Set(['accepted']));
      await s.wait(HOUR);
      expect(new Set(s.sequences('a')).size).toBe(FILLING * 3);
      const { droppedEvents, droppedUpTo, usedBytes } = storageOf(s);
      expect(usedBytes).toBeLessThan(LIMIT);
      expect(droppedEvents).toBeGreaterThan(FILLING);
      const left = storedSequences(s);
      expect(Math.min(...left)).toBeGreaterThan(droppedUpTo - 1);
      expect(topicsTold(s)).toContain('gateway:events_dropped');
      // It is as before after a new start, also what is known of ids whose events are gone.
      s.world.restart();
      expect(storageOf(s)).toMatchObject({ droppedEvents, droppedUpTo });
      const again = await incomingEvent(next - FILLING * 3, {
        body: `${next - FILLING * 3}`.padEnd(EVENT_BYTES),
      });
      expect(await s.world.live.append(appendRequest(again))).toMatchObject({
        kind: 'duplicate',
        sequence: 1,
      });
      expect(s.world.log.state.tracker.current?.holes).toEqual([]);
    }));
});

describe('never dropped to make room', () => {
  it('is what a destination has yet to get: paused, retrying, dead or waiting for its turn', () =>
    small(
      async s => {
        // Of twenty events one fails for good, and one is tried for days.
        s.reply = (target, { sequence }) => {
          if (target.destinationId !== 'a') return works();
          return sequence === 5 || sequence === 7 ? fails() : works();
        };
        s.world.patch('a', { retrySchedule: [] });
        await sendTo(s, 5);
        s.world.patch('a', { retrySchedule: [6 * 86_400] });
        await sendTo(s, 15);
        const kinds = await sendTo(s, FILLING * 2);
        expect(new Set(kinds)).toEqual(new Set(['accepted']));
        expect(storedSequences(s).slice(0, 2)).toEqual([5, 7]);
        expect(s.status('a')).toEqual({ retrying: 1, dead: 1 });
        s.world.patch('a', { isActive: false });
        const paused = await sendTo(s, FILLING * 2);
        expect(new Set(paused)).toEqual(new Set(['accepted', 'overloaded']));
        const waiting = paused.filter(kind => kind === 'accepted').length;
        s.delivered.length = 0;
        s.world.patch('a', { isActive: true });
        await s.wait(HOUR);
        expect(new Set(s.sequences('a')).size).toBe(waiting);
      },
      {},
      [all],
    ));

  it('is what is in quarantine, what a replay has yet to send, and a log without destinations', () =>
    small(
      async s => {
        const bad = await incomingEvent(next++, { issues: [{ path: '/topic', message: 'is required' }] });
        expect(await s.world.live.append(appendRequest(bad, s.world.webhook.version))).toMatchObject({
          kind: 'quarantined',
        });
        await sendTo(s, FILLING * 0.9);
        s.reply = (_, { replay }) => (replay ? { status: 200, ms: 50_000 } : works());
        s.world.patch('a', { maxInFlight: 1, timeoutSeconds: 60 });
        s.world.startReplay(replayOf('a', { toSequence: FILLING * 0.9 }));
        await sendTo(s, FILLING * 0.3);
        const sent = s.attempts.filter(({ event }) => event.replay).length;
        expect(sent).toBeLessThan(FILLING / 4);
        const kept = storedSequences(s);
        expect(kept[0]).toBe(1);
        expect(kept[1]).toBeLessThanOrEqual(2 + sent);
        s.world.configure({ destinations: [] });
        const before = storedSequences(s);
        await sendTo(s, FILLING);
        expect(storedSequences(s).slice(0, before.length)).toEqual(before);
      },
      {},
      [all],
    ));
});

describe('over HTTP', () => {
  const vars = env as { STORAGE_LIMIT_BYTES: string };
  afterEach(() => {
    vars.STORAGE_LIMIT_BYTES = '';
  });

  it('the limit is the deployment’s; a full webhook answers 503 with the cause, and says how full it is', async () => {
    vars.STORAGE_LIMIT_BYTES = '600000';
    const { id, path, body } = await newWebhook({ when_full: 'refuse' });
    expect(body.when_full).toBe('refuse');
    const text = 'x'.repeat(150_000);
    const answers = [];
    for (let event = 1; event <= 4; event++) answers.push(await ingest(id, orderCreated(event, { text })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 503]);
    const refused = answers[3];
    expect(refused?.body).toMatchObject({
      title: 'Storage refused',
      detail: expect.stringContaining('The storage of this webhook is full'),
    });
    expect(refused?.headers.get('retry-after')).toBe('300');
    const status = await send('GET', `${path}/status`);
    expect(status.body.storage).toMatchObject({
      limit_bytes: 600_000,
      used_bytes: expect.any(Number),
      ...{ dropped_events: 0, dropped_up_to: null, refusing_since: null },
    });
    const { text: metrics } = await send('GET', '/metrics');
    expect(metrics).toMatch(new RegExp(`gapless_storage_limit_bytes{webhook_id="${id}",.*} 600000`));
    expect(metrics).toMatch(new RegExp(`gapless_storage_refusing{webhook_id="${id}",.*} 0`));
    // Without a destination nothing is dropped, whatever the webhook says.
    const change = { when_full: 'drop_oldest_delivered' };
    expect((await send('PATCH', path, change)).body.when_full).toBe('drop_oldest_delivered');
    expect((await ingest(id, orderCreated(5, { text }))).status).toBe(503);
    expect((await send('PATCH', path, { when_full: 'drop' })).text).toContain('drop_oldest_delivered');
  });

  it('a record cannot grow beyond a row by one destination after the other', async () => {
    const { path } = await newWebhook();
    const filter = Object.fromEntries(
      range(1, 20).map(i => [`/field${i}`, range(1, 100).map(n => `${n}`.padEnd(90, 'x'))]),
    );
    const statuses: number[] = [];
    for (let i = 1; i <= 6; i++) {
      const destination = { url: `https://example.com/${i}`, filter };
      const { status, body } = await send('POST', `${path}/destinations`, destination);
      statuses.push(status);
      if (status === 422) expect(body.detail).toContain('bytes large with all its destinations');
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 422]);
  });
});
