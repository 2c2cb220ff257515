/** Order as asked: by key, strict, in the place of a release, and the chain that shows it. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/durations';
import { range } from '../../support/sequence';
import { fails, hangs, works } from '../../support/simulation/replies';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

describe('ordering by key', () => {
  it('lets other keys pass more than 512 events that wait behind a failing one, over a restart', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: [3600, 3600] })], async s => {
      // Every second event has the key whose first event fails.
      s.reply = (_, { sequence }) => (sequence === 1 ? fails() : works());
      for (let i = 0; i < 6; i++) {
        await s.append(500, index => ({
          entityKeys: [index % 2 === 0 ? 'order/blocked' : `order/${index}`],
        }));
      }
      await s.wait(MINUTE);
      expect(s.sequences('a').sort((a, b) => a - b)).toEqual(range(1, 1500).map(n => 2 * n));
      const rows = s.world.sql.exec<{ key: string }>('SELECT key FROM blocked_keys').toArray();
      expect(rows).toEqual([{ key: 'order/blocked' }]);
      // Behind the blocked key the trail is only as long as it may be.
      const cursor = s.world.forwarding.destination('a')?.queue.cursor.sequence ?? 0;
      expect(3000 - cursor).toBeLessThanOrEqual(2 * 512);

      s.world.restart();
      s.reply = works;
      s.delivered.length = 0;
      await s.wait(2 * HOUR);
      const late = s.sequences('a').filter(sequence => sequence % 2 === 1);
      expect(late).toEqual(range(1, 1500).map(n => 2 * n - 1));
      expect(s.world.sql.exec('SELECT * FROM blocked_keys').toArray()).toEqual([]);
    }));

  it('stores no key of an erased event, and loses none of the others that wait with it', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: [3600] })], async s => {
      s.reply = (_, { sequence }) => (sequence === 1 ? fails() : works());
      await s.append(1500, { entityKeys: ['customer/jane'] });
      await s.wait(MINUTE);
      const keys = () => [...s.world.sql.exec('SELECT destination_id, key FROM blocked_keys').raw()];
      expect(keys()).toEqual([['a', 'customer/jane']]);
      for (const sequence of [700, 701]) s.world.log.redact(sequence);
      s.world.forwarding.erase([700, 701]);
      expect(keys()).toEqual([['a', 'redacted:700']]);
      const forwarding = [...s.world.sql.exec("SELECT value FROM state WHERE name = 'forwarding'").raw()];
      expect(JSON.stringify(forwarding)).not.toContain('jane');

      s.world.restart();
      s.reply = works;
      await s.wait(2 * HOUR);
      expect(s.sequences('a')).toEqual(
        range(1, 1500).filter(sequence => sequence !== 700 && sequence !== 701),
      );
      expect(keys()).toEqual([]);
    }));

  it('lets other keys pass though more than a whole trail waits, and nothing else ends meanwhile', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: [3600] })], async s => {
      s.reply = (_, { sequence }) => (sequence === 1 ? fails() : works());
      for (let i = 0; i < 3; i++) await s.append(500, { entityKeys: ['order/blocked'] });
      await s.wait(MINUTE);
      expect(s.delivered).toEqual([]);
      await s.append(20, index => ({ entityKeys: [`order/${index}`] }));
      await s.wait(SECOND);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1501, 1520));
      s.reply = works;
      await s.wait(2 * HOUR);
      expect(s.sequences('a').slice(20)).toEqual(range(1, 1500));
    }));

  it('keeps every event when a restart finds the stored ones half done', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: [60], ratePerSecond: 20 })], async s => {
      s.reply = (_, { sequence, attempt }) => (sequence === 1 && attempt === 1 ? fails() : works());
      await s.append(1500, { entityKeys: ['order/1'] });
      await s.wait(80 * SECOND);
      const before = s.delivered.length;
      expect(before).toBeGreaterThan(10);
      s.world.restart();
      await s.wait(10 * MINUTE);
      const all = s.sequences('a');
      const firsts = all.filter((sequence, index) => all.indexOf(sequence) === index);
      expect(firsts).toEqual(range(1, 1500));
    }));

  it('makes an event with several keys wait for all of them, and all of them for it', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: [60] })], async s => {
      const keys = [['x'], ['y'], ['x', 'y', 'z'], ['z'], ['x'], ['w']];
      s.reply = (_, { sequence, attempt }) => (sequence === 2 && attempt === 1 ? fails() : works());
      await s.append(6, index => ({ entityKeys: keys[index] ?? [] }));
      await s.wait(30 * SECOND);
      expect(s.sequences('a').sort()).toEqual([1, 6]);
      await s.wait(MINUTE);
      const order = s.sequences('a');
      expect(order.slice(2, 4)).toEqual([2, 3]);
      expect(order.slice(4).sort()).toEqual([4, 5]);
    }));

  it('a change from parallel to strict waits for what is under way, and then keeps the order', () =>
    scene([destinationRecord('a', { retrySchedule: [30, 30] })], async s => {
      s.reply = (target, { sequence, attempt }) => {
        if (sequence === 3) return hangs(target);
        return sequence % 2 === 0 && attempt === 1 ? fails() : works();
      };
      await s.append(10);
      await s.wait(SECOND);
      s.world.patch('a', { ordering: 'strict' });
      const before = s.attempts.length;
      await s.append(10);
      await s.wait(10 * SECOND);
      expect(s.attempts.length).toBe(before);
      s.reply = works;
      await s.wait(10 * MINUTE);
      const order = s.sequences('a');
      expect(order.filter(sequence => sequence > 10)).toEqual(range(11, 20));
      expect(order.indexOf(11)).toBe(10);
      expect(new Set(order).size).toBe(20);
      expect(order.length).toBe(20);
    }));
});

describe('an event released from quarantine', () => {
  it.each(['parallel', 'strict'] as const)('leaves once, in the place of its release (%s)', ordering =>
    scene([destinationRecord('a', { ordering, isActive: false, maxInFlight: 1 })], async s => {
      const issues = [{ path: '/topic', message: 'is required' }];
      await s.append(3, index => (index === 1 ? { issues } : {}));
      expect(s.world.release(2)).toBe(true);
      await s.append(1);
      // The feed is read from its start, past the place where the event was accepted.
      s.world.patch('a', { isActive: true });
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual([1, 3, 2, 4]);
      s.world.restart();
      await s.append(1);
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual([1, 3, 2, 4, 5]);
    }),
  );
});

describe('the chain of gapless-previous', () => {
  it('names the event before in the feed of this destination, whatever it does not want', () =>
    scene([destinationRecord('a', { topics: ['order:*'] })], async s => {
      const topics = ['order:created', 'product:updated', 'product:updated', 'order:created'];
      await s.append(40, index => ({ topic: topics[index % 4] ?? '' }));
      await s.wait(MINUTE);
      let previous = 0;
      for (const { sequence, event } of s.delivered.toSorted((a, b) => a.sequence - b.sequence)) {
        expect(event.previous).toBe(previous);
        previous = sequence;
      }
      expect(previous).toBe(40);
    }));

  it('shows that something was dropped before it could be delivered', () =>
    scene([destinationRecord('a', { isActive: false })], async s => {
      await s.append(10);
      await s.wait(9 * DAY);
      s.world.patch('a', { isActive: true });
      await s.append(2);
      await s.wait(MINUTE);
      expect(s.delivered.map(({ event }) => event.previous)).toEqual([10, 11]);
    }));
});
