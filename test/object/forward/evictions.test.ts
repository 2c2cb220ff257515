/** Leaving memory is no crash: whatever an idle object knows is stored, and nothing that was delivered is sent again. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Ordering } from '../../../src/subscriptions/webhook';
import { HOUR, MINUTE, SECOND } from '../../support/durations';
import { Box, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { replayOf } from '../../support/simulation/replay-of';
import { fails, hangs, works } from '../../support/simulation/replies';
import { type Scene, scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

const orders = (names: readonly string[]) => (index: number) => ({ entityKeys: [`order/${names[index]}`] });

/** Event 1 fails three times, event 2 waits behind it, and 3 to 30 of other keys pass. */
async function thirty(s: Scene): Promise<void> {
  s.reply = (_, { sequence, attempt }) => (sequence === 1 && attempt < 4 ? fails() : works());
  await s.append(30, index => ({ entityKeys: [`order/${index < 2 ? 'failing' : index}`] }));
  await s.wait(10 * SECOND);
}

const failing = (ordering: Ordering = 'key') =>
  destinationRecord('a', { ordering, retrySchedule: [14, 14, 14] });

describe('an object that leaves memory whenever it is idle', () => {
  it('delivers thirty events thirty times, though the second waits behind the first, which fails', () =>
    scene([failing()], async s => {
      s.evicts = true;
      await thirty(s);
      await s.wait(HOUR);
      expect(s.world.evictions).toBeGreaterThan(3);
      expect(
        s
          .sequences('a')
          .slice(0, 28)
          .toSorted((a, b) => a - b),
      ).toEqual(range(3, 30));
      expect(s.sequences('a').slice(28)).toEqual([1, 2]);
      expect(s.attempts).toHaveLength(30 + 3);
    }));

  it('sends nothing again after a pause of 20 seconds', () =>
    scene([failing()], async s => {
      s.evicts = true;
      await thirty(s);
      s.world.patch('a', { isActive: false });
      await s.wait(20 * SECOND);
      expect(s.world.evictions).toBeGreaterThan(0);
      s.world.patch('a', { isActive: true });
      await s.wait(HOUR);
      expect(s.attempts).toHaveLength(30 + 3);
      expect(s.sequences('a').slice(28)).toEqual([1, 2]);
    }));

  it('has the same gapless-previous, and knows what came with its retries', () =>
    scene([failing()], async s => {
      s.evicts = true;
      // 1 fails and 2 waits; 3 fails once and is delivered by its retry; 4 and 5 have an order of their own.
      s.reply = (_, { sequence, attempt }) =>
        (sequence === 1 && attempt < 4) || (sequence === 3 && attempt < 2) ? fails() : works();
      await s.append(5, orders(['x', 'x', 'y', 'z', 'z']));
      await s.wait(20 * SECOND);
      await s.append(3, orders(['x', 'y', 'z']));
      await s.wait(HOUR);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1, 8));
      for (const { sequence, event } of s.attempts) expect(event.previous).toBe(sequence - 1);
    }));

  it.each(['parallel', 'key', 'strict'] as const)(
    'sends nothing again when what waits is ready, but its destination is paused in the middle (%s)',
    ordering =>
      scene([{ ...failing(ordering), maxInFlight: 6 }], async s => {
        s.evicts = true;
        // Some take long: those that come after them have ended before.
        s.reply = (_, { sequence }) => ({ status: 200, ms: sequence % 7 === 1 ? 900 : 30 });
        await s.append(200, index => ({ entityKeys: [`order/${index % 9}`] }));
        for (let pause = 0; pause < 12; pause++) {
          await s.wait(SECOND);
          s.world.patch('a', { isActive: pause % 2 === 1 });
          await s.wait(pause % 2 === 0 ? 20 * SECOND : 0);
        }
        s.world.patch('a', { isActive: true });
        await s.wait(HOUR);
        expect(s.world.evictions).toBeGreaterThan(3);
        expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1, 200));
        expect(s.attempts).toHaveLength(200);
      }),
  );

  it('sends nothing again when a call was refused, and the pause after it is long', () =>
    scene([{ ...failing('parallel'), maxInFlight: 12 }], async s => {
      await s.append(60);
      await s.wait(SECOND);
      s.evicts = true;
      let refused = 0;
      s.deliver = async (target, events, carrier) => {
        // The calls that carry the first of these events are refused for a while; the others work.
        if (events.some(({ sequence }) => sequence === 61) && refused++ < 5) throw new Error('refused');
        return s.work(target, events, carrier);
      };
      await s.append(60);
      await s.wait(HOUR);
      expect(refused).toBeGreaterThan(1);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1, 120));
    }));

  it('sends nothing again when the ordering changes', () =>
    scene([failing('parallel')], async s => {
      s.reply = (target, { sequence }) => (sequence === 2 ? hangs(target) : works());
      await s.append(1);
      await s.wait(SECOND);
      await s.append(30);
      await s.wait(5 * SECOND);
      expect(s.delivered).toHaveLength(30);
      s.reply = works;
      for (const ordering of ['strict', 'key', 'parallel'] as const) {
        s.world.patch('a', { ordering });
        await s.wait(MINUTE);
      }
      expect(s.sequences('a')).toHaveLength(31);
    }));

  it('does not raise a delivery that is dead, nor one whose replay arrived', () =>
    scene([{ ...failing(), retrySchedule: [] }], async s => {
      await s.append(1, { entityKeys: ['order/1'] });
      await s.wait(SECOND);
      s.world.patch('a', { retrySchedule: [3600] });
      s.reply = fails;
      await s.append(2, { entityKeys: ['order/2'] });
      await s.wait(SECOND);
      s.world.patch('a', { retrySchedule: [] });
      await s.append(1, { entityKeys: ['order/3'] });
      await s.wait(SECOND);
      expect(s.status('a')).toEqual({ retrying: 1, dead: 1 });
      s.reply = works;
      s.world.startReplay(replayOf('a', { fromSequence: 4, toSequence: 4 }));
      await s.wait(SECOND);
      expect(s.status('a')).toEqual({ retrying: 1, dead: 0 });
      s.evicts = true;
      await s.wait(2 * HOUR);
      expect(s.attempts.filter(({ sequence }) => sequence === 4)).toHaveLength(2);
    }));

  it('tells nothing as lost that was delivered', () =>
    scene(
      [
        {
          ...failing(),
          retrySchedule: [86_400, 86_400, 86_400, 86_400, 86_400, 86_400, 86_400, 86_400, 86_400, 86_400],
        },
      ],
      async s => {
        s.evicts = true;
        s.reply = (_, { sequence }) => (sequence === 1 ? fails() : works());
        await s.append(6, orders(['x', 'x', 'y', 'x', 'z', 'z']));
        for (let day = 0; day < 10; day++) {
          await s.wait(24 * HOUR);
          await s.append(1, orders(['later']));
        }
        const losses = s.world.forwarding.destination('a')?.losses ?? [];
        expect(losses.map(({ from, to }) => [from, to])).toEqual([
          [1, 2],
          [4, 4],
        ]);
      },
    ));

  it('makes no event of a replay twice, though some were given back and the pause after it is long', () =>
    scene([{ ...failing('parallel'), maxInFlight: 12 }], async s => {
      await s.append(100);
      await s.wait(MINUTE);
      s.evicts = true;
      let refused = 0;
      s.deliver = async (target, events, carrier) => {
        if (events.some(({ sequence }) => sequence === 1) && refused++ < 5) throw new Error('refused');
        return s.work(target, events, carrier);
      };
      s.delivered.length = 0;
      s.world.startReplay(replayOf('a', { toSequence: 100 }));
      await s.wait(HOUR);
      expect(refused).toBeGreaterThan(1);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1, 100));
      expect(s.world.sql.exec('SELECT * FROM replays').toArray()).toEqual([]);
    }));
});

describe('a rate', () => {
  it('of one event in 100 seconds is kept by an object that leaves memory in between', () =>
    scene([destinationRecord('a', { ratePerSecond: 0.01 })], async s => {
      s.evicts = true;
      await s.append(5);
      await s.wait(10 * MINUTE);
      const times = s.attempts.map(({ at }) => at);
      expect(times).toHaveLength(5);
      for (const [index, at] of times.entries()) {
        if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(100 * SECOND);
      }
    }));

  it('that is set while events wait counts from then', () =>
    scene([destinationRecord('a', { isActive: false })], async s => {
      s.evicts = true;
      await s.append(3);
      await s.wait(MINUTE);
      s.world.patch('a', { isActive: true, ratePerSecond: 0.01 });
      await s.wait(99 * SECOND);
      expect(s.attempts).toHaveLength(0);
      await s.wait(5 * MINUTE);
      expect(s.attempts).toHaveLength(3);
    }));
});

describe('an object of the platform that is evicted', () => {
  it('sends nothing again of what passed an event that waits', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const retry = { schedule_seconds: [3600] };
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'key', retry }]);
    await webhook.send({ order: 'failing' });
    await expect.poll(() => webhook.status()).toMatchObject({ retrying: 1 });
    await box.mode({ status: 200 });
    await webhook.send({ order: 'failing' });
    await webhook.sendMany(28);
    await expect.poll(() => webhook.status()).toMatchObject({ delivered: 28 });
    for (let i = 0; i < 3; i++) {
      await evictDurableObject(webhook.stub());
      await runDurableObjectAlarm(webhook.stub());
      await webhook.patch({ is_active: 0, max_in_flight: 10 + i });
    }
    await evictDurableObject(webhook.stub());
    await webhook.patch({ is_active: 1 });
    await expect.poll(() => webhook.status()).toMatchObject({ delivered: 30, retrying: 0 });
    const came = sequencesOf(await box.kept());
    expect(came.toSorted((a, b) => a - b)).toEqual([1, ...range(1, 30)]);
    expect(came.slice(-2)).toEqual([1, 2]);
  });
});
