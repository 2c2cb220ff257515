/** Replays: what they send again, marked and under which ids, beside a feed that they do not disturb. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Boxed } from '../../support/chaos-receiver';
import { MINUTE, SECOND } from '../../support/durations';
import { Box, call, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { replayOf } from '../../support/simulation/replay-of';
import { fails, works } from '../../support/simulation/replies';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

describe('replays', () => {
  it('do not disturb the order of a strict destination, nor its chain', () =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      await s.append(200);
      await s.wait(MINUTE);
      s.delivered.length = 0;
      s.world.startReplay(replayOf('a', { toSequence: 150 }));
      await s.append(300);
      await s.wait(MINUTE);
      const feed = s.delivered.filter(({ event }) => !event.replay);
      expect(feed.map(({ sequence }) => sequence)).toEqual(range(201, 500));
      expect(feed.map(({ event }) => event.previous)).toEqual(range(200, 499));
      const replayed = s.delivered.filter(({ event }) => event.replay);
      expect(replayed.map(({ sequence }) => sequence)).toEqual(range(1, 150));
    }));

  it('that fail are retried on the schedule, beside the feed and its retries of the same event', () =>
    scene([destinationRecord('a', { retrySchedule: [60, 60, 60] })], async s => {
      s.reply = (_, { attempt, replay }) => (attempt === (replay ? 4 : 3) ? works() : fails());
      await s.append(1);
      await s.wait(SECOND);
      s.world.startReplay(replayOf('a', { toSequence: 1, newId: true }));
      await s.wait(10 * MINUTE);
      const tries = s.attempts.map(({ attempt, event }) => `${event.replay ? 'replay' : 'feed'} ${attempt}`);
      expect(tries.toSorted()).toEqual([
        'feed 1',
        'feed 2',
        'feed 3',
        'replay 1',
        'replay 2',
        'replay 3',
        'replay 4',
      ]);
      const ids = new Set(s.attempts.map(({ event }) => event.messageId));
      expect(ids.size).toBe(2);
      expect(s.world.sql.exec('SELECT * FROM deliveries').toArray()).toEqual([]);
    }));

  it('leave out what is in quarantine, until it is released', () =>
    scene([destinationRecord('a')], async s => {
      const issues = [{ path: '/topic', message: 'is required' }];
      await s.append(9, index => (index % 3 === 1 ? { issues } : {}));
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted()).toEqual([1, 3, 4, 6, 7, 9]);
      s.delivered.length = 0;
      const all = replayOf('a', { toSequence: 9 });
      const counted = s.world.countReplay(all);
      await s.wait(SECOND);
      expect(await counted).toBe(6);
      s.world.startReplay(all);
      s.world.startReplay({ ...all, unasked: true });
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted()).toEqual([1, 1, 3, 3, 4, 4, 6, 6, 7, 7, 9, 9]);
      s.world.release(2);
      s.delivered.length = 0;
      s.world.startReplay(all);
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted()).toEqual([1, 2, 2, 3, 4, 6, 7, 9]);
    }));

  it('that find nothing to send are over, and are not begun again by every restart', () =>
    scene([destinationRecord('a')], async s => {
      await s.append(10);
      await s.wait(MINUTE);
      s.world.startReplay(replayOf('a', { toSequence: 10, topic: 'no:such' }));
      await s.wait(MINUTE);
      expect(s.world.sql.exec('SELECT * FROM replays').toArray()).toEqual([]);
    }));

  it('bring the dead back to life, and count only what was dead when they were asked for', () =>
    scene([destinationRecord('a', { retrySchedule: [] })], async s => {
      s.reply = (_, { sequence }) => (sequence <= 5 ? fails() : works());
      await s.append(10);
      await s.wait(MINUTE);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 5 });
      s.reply = works;
      s.delivered.length = 0;
      const dead = replayOf('a', { toSequence: 10, status: 'dead' });
      const counted = s.world.countReplay(dead);
      await s.wait(SECOND);
      expect(await counted).toBe(5);
      s.world.startReplay(dead);
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted()).toEqual(range(1, 5));
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
    }));
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
    const answer = await call('POST', `${webhook.path}/replays`, request);
    expect(answer.body).toMatchObject({ count: expected.length });
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
    const answer = await call('POST', `${webhook.path}/replays`, { since });
    expect(answer.body).toMatchObject({ count: expected.length });
    expect(sequencesOf(await replayed(box, expected.length))).toEqual(expected);
  });

  it('sends one event again, under a new id where that is asked for', async () => {
    const { box, webhook } = await tenEvents();
    const answer = await call('POST', `${webhook.path}/events/4/replay`, { new_id: true });
    expect(answer.body).toMatchObject({ count: 1 });
    const [one] = await replayed(box, 1);
    expect(one?.headers['webhook-id']).toMatch(new RegExp(`^msg_4_${webhook.destinations[0]}_r\\d+$`));
    expect(one?.headers['ce-id']).toBe('4');
  });

  it('sends an event to the destination that was chosen for it, though it does not subscribe to it', async () => {
    const { box, webhook } = await tenEvents();
    await webhook.send({ topic: 'product:created', extra: { sku: 'a' } });
    const everyone = await call('POST', `${webhook.path}/events/11/replay`, {});
    expect(everyone.body).toMatchObject({ count: 0 });
    const chosen = { destination_id: webhook.destinations[0] };
    const answer = await call('POST', `${webhook.path}/events/11/replay`, chosen);
    expect(answer.body).toMatchObject({ count: 1 });
    expect(sequencesOf(await replayed(box, 1))).toEqual([11]);
  });

  it('leaves out what was redacted', async () => {
    const { box, webhook } = await tenEvents();
    expect((await call('DELETE', `${webhook.path}/events/2/body`)).status).toBe(204);
    const answer = await call('POST', `${webhook.path}/replays`, { to_sequence: 3 });
    expect(answer.body).toMatchObject({ count: 2 });
    expect(sequencesOf(await replayed(box, 2))).toEqual([1, 3]);
  });

  it('goes on after an eviction', async () => {
    const { box, webhook } = await tenEvents();
    await webhook.patch({ is_active: 0 });
    await call('POST', `${webhook.path}/replays`, { to_sequence: 7 });
    await evictDurableObject(webhook.stub());
    await webhook.patch({ is_active: 1 });
    expect(sequencesOf(await replayed(box, 7))).toEqual(range(1, 7));
  });
});
