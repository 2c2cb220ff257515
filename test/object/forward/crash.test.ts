/** After a crash and after an eviction: nothing is lost, little comes twice, and under the same id. */
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Boxed } from '../../support/chaos-receiver';
import { HOUR, MINUTE, SECOND } from '../../support/durations';
import { Box, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { replayOf } from '../../support/simulation/replay-of';
import { busy, fails, hangs, works } from '../../support/simulation/replies';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';
import { appendRequest, incomingEvent } from '../../support/webhook-record';

describe('after a crash', () => {
  it('a destination that starts now has not forgotten where that was, though nothing was flushed', () =>
    scene([destinationRecord('a')], async s => {
      s.reply = hangs;
      await s.append(3);
      await s.wait(1);
      s.world.restart();
      s.reply = works;
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual([1, 2, 3]);
    }));

  it('only what was under way is delivered again, under the same id and after the same event', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      await busy(s);
      // The next one hangs, and so the cursor does. What a courier carries beside it is not heard of before it ends.
      const first = s.world.log.state.lastSequence + 1;
      s.reply = (target, { sequence }) => (sequence === first ? hangs(target) : works());
      await s.append(3000);
      await s.wait(1500);
      const before = new Map(s.delivered.map(({ sequence, event }) => [sequence, event]));
      s.world.restart();
      s.delivered.length = 0;
      s.reply = works;
      await s.wait(5 * MINUTE);
      const again = s.delivered.filter(({ sequence }) => before.has(sequence));
      expect(before.size).toBeGreaterThan(400);
      expect(again.length).toBeGreaterThan(0);
      expect(again.length).toBeLessThanOrEqual(48);
      for (const { sequence, event } of again) {
        expect(event.messageId).toBe(before.get(sequence)?.messageId);
        expect(event.previous).toBe(before.get(sequence)?.previous);
      }
      expect(new Set(s.sequences('a')).union(new Set(before.keys())).size).toBe(first + 2999);
    }));

  it.each(['parallel', 'key'] as const)('a failed delivery keeps its row and its schedule (%s)', ordering =>
    scene([destinationRecord('a', { ordering, retrySchedule: [600] })], async s => {
      await busy(s);
      const first = s.world.log.state.lastSequence + 1;
      // The first one is still under way, so the cursor stands before both.
      s.reply = (target, { sequence }) => (sequence === first ? hangs(target) : fails());
      await s.append(1, { entityKeys: ['order/1'] });
      await s.append(1, { entityKeys: ['order/2'] });
      await s.wait(SECOND);
      expect(s.status('a').retrying).toBe(1);
      s.world.restart();
      s.reply = (_, { sequence }) => (sequence === first ? works() : fails());
      await s.wait(HOUR);
      const attempts = s.attempts.filter(({ sequence }) => sequence === first + 1);
      // The one in between came early, as the first event had succeeded; the last at its time.
      expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect(Math.round(((attempts[2]?.at ?? 0) - (attempts[0]?.at ?? 0)) / SECOND)).toBe(600);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 1 });
    }),
  );

  it('a dead delivery stays dead', () =>
    scene([destinationRecord('a', { retrySchedule: [] })], async s => {
      await busy(s);
      const first = s.world.log.state.lastSequence + 1;
      s.reply = (target, { sequence }) => (sequence === first ? hangs(target) : fails());
      await s.append(1);
      await s.append(1);
      await s.wait(SECOND);
      expect(s.status('a').dead).toBe(1);
      s.world.restart();
      s.delivered.length = 0;
      s.reply = works;
      await s.wait(HOUR);
      expect(s.sequences('a')).toEqual([first]);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 1 });
    }));

  it('a replay goes on where it was', () =>
    scene([destinationRecord('a')], async s => {
      await s.append(500);
      await s.wait(MINUTE);
      s.delivered.length = 0;
      s.world.startReplay(replayOf('a', { toSequence: 500 }));
      await s.wait(200);
      s.world.restart();
      await s.wait(MINUTE);
      expect(new Set(s.sequences('a'))).toEqual(new Set(range(1, 500)));
      expect(s.delivered.every(({ event }) => event.replay && event.previous === null)).toBe(true);
      expect(s.world.sql.exec('SELECT * FROM replays').toArray()).toEqual([]);
    }));

  it('a replay has lost nothing that was under way, though what came after it is done', () =>
    scene([destinationRecord('a')], async s => {
      await busy(s);
      const first = s.world.log.state.lastSequence + 1;
      await s.append(300);
      await s.wait(MINUTE);
      s.reply = (target, { sequence }) => (sequence === first ? hangs(target) : works());
      s.world.startReplay(replayOf('a', { fromSequence: first, toSequence: first + 299 }));
      await s.wait(3 * SECOND);
      expect(s.sequences('a').filter(sequence => sequence > first).length).toBeGreaterThan(300);
      s.world.restart();
      s.delivered.length = 0;
      s.reply = works;
      await s.wait(MINUTE);
      expect(s.sequences('a')).toContain(first);
      expect(s.world.sql.exec('SELECT * FROM replays').toArray()).toEqual([]);
    }));
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
    await expect.poll(() => webhook.status()).toMatchObject({ delivered: 3, retrying: 0 });
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
    await expect.poll(() => webhook.status()).toMatchObject({ retrying: 1 });
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
    await expect.poll(async () => blocked(await box.kept()).length).toBeGreaterThan(200);
    const came = blocked(await box.kept());
    expect(came).toEqual(
      range(1, 700)
        .filter(n => n % 100 !== 0)
        .slice(0, came.length),
    );
  });
});
