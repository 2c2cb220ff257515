/** What is gone from the log before it could leave: destinations go on, and say once what they lost. */
import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../support/durations';
import { range } from '../../support/sequence';
import { fails, works } from '../../support/simulation/replies';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

describe('retention', () => {
  it('lets a strict destination go on, though everything it waited for is gone', () =>
    scene([destinationRecord('a', { ordering: 'strict', retrySchedule: [20 * 86_400] })], async s => {
      s.reply = fails;
      await s.append(200);
      await s.wait(MINUTE);
      // The log is empty by then.
      await s.wait(9 * DAY);
      s.reply = works;
      await s.append(3);
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual([201, 202, 203]);
      expect(s.world.forwarding.destination('a')?.losses.map(({ from, to }) => [from, to])).toEqual([
        [1, 200],
      ]);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
    }));

  it('drops what waits behind a blocked key, and says so once', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: [20 * 86_400] })], async s => {
      s.reply = (_, { sequence }) => (sequence === 1 ? fails() : works());
      await s.append(600, { entityKeys: ['order/1'] });
      await s.wait(2 * DAY);
      await s.append(1, { entityKeys: ['order/2'] });
      await s.wait(7 * DAY);
      await s.append(1, { entityKeys: ['order/1'] });
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual([601, 602]);
      expect(s.world.forwarding.destination('a')?.losses.map(({ from, to }) => [from, to])).toEqual([
        [1, 600],
      ]);
      expect(s.world.sql.exec('SELECT * FROM blocked_keys').toArray()).toEqual([]);
      await s.wait(9 * DAY);
      expect(s.world.forwarding.destination('a')?.losses).toHaveLength(1);
    }));

  it('tells the losses of a paused destination day by day, none twice', () =>
    scene([destinationRecord('a', { isActive: false })], async s => {
      for (let day = 0; day < 12; day++) {
        await s.append(10);
        await s.wait(DAY);
      }
      const losses = s.world.forwarding.destination('a')?.losses ?? [];
      expect(losses.length).toBeGreaterThan(1);
      let next = 1;
      const dropped = losses.reduce((sum, { from, to }) => sum + to - from + 1, 0);
      expect(s.world.forwarding.destination('a')?.totals.lost).toBe(dropped);
      for (const { from, to } of losses) {
        expect(from).toBe(next);
        next = to + 1;
      }
      s.world.patch('a', { isActive: true });
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(next, 120));
    }));

  it('of everything leaves no alarm behind', () =>
    scene([destinationRecord('a', { isActive: false })], async s => {
      await s.append(10);
      await s.wait(9 * DAY);
      const before = s.world.alarms;
      s.world.patch('a', { isActive: true });
      await s.wait(5 * DAY);
      expect(s.world.alarms - before).toBeLessThan(5);
    }));
});

describe('redacted bodies', () => {
  it('are passed over, and say nothing about the destination', () =>
    scene([destinationRecord('a', { isActive: false })], async s => {
      await s.append(30);
      for (const sequence of range(1, 25)) s.world.log.redact(sequence);
      s.world.patch('a', { isActive: true });
      // At the pace of recovery.
      await s.wait(3 * SECOND);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(26, 30));
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
      expect(s.world.forwarding.destination('a')?.totals.failedAttempts).toBe(0);
      expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(false);
    }));

  it.each(['strict', 'key', 'parallel'] as const)(
    'end at once at a %s destination: what waited behind them goes on, after a restart too',
    ordering =>
      scene([destinationRecord('a', { ordering, retrySchedule: [86_400] })], async s => {
        s.reply = (_, { sequence }) => (sequence === 1 || sequence === 4 ? fails() : works());
        await s.append(5, { entityKeys: ['order/1'] });
        await s.wait(MINUTE);
        const before = s.world.sql.exec('SELECT * FROM deliveries').toArray().length;
        expect(before).toBe(ordering === 'parallel' ? 2 : 1);
        for (const sequence of [1, 3, 4]) s.world.log.redact(sequence);
        const written = s.world.rowsWritten;
        s.world.forwarding.erase([1, 3, 4]);
        // At most the document, and for each delivery that was tried again its row and the entry of its next attempt.
        expect(s.world.rowsWritten - written).toBeLessThanOrEqual(1 + 2 * before);
        expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
        await s.wait(SECOND);
        s.world.restart();
        await s.append(2, { entityKeys: ['order/1'] });
        await s.wait(MINUTE);
        const arrived = ordering === 'parallel' ? [2, 3, 5, 6, 7] : [2, 5, 6, 7];
        expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(arrived);
        // Whoever follows the chain sees that something was there.
        const [fifth] = s.delivered.filter(({ sequence }) => sequence === 5);
        expect(fifth?.event.previous).toBe(4);
        expect(s.world.sql.exec('SELECT * FROM deliveries').toArray()).toEqual([]);
        expect(s.world.forwarding.destination('a')?.queue.unfinished.size).toBe(0);
      }),
  );

  it('are no failure where they are erased during the attempt', () =>
    scene([destinationRecord('a', { ordering: 'strict', retrySchedule: [86_400] })], async s => {
      s.reply = (_, { sequence }) => {
        if (sequence !== 1) return works();
        s.world.log.redact(1);
        s.world.forwarding.erase([1]);
        return fails();
      };
      await s.append(2);
      await s.wait(MINUTE);
      expect([s.sequences('a'), s.status('a')]).toEqual([[2], { retrying: 0, dead: 0 }]);
      expect(s.world.sql.exec('SELECT * FROM deliveries').toArray()).toEqual([]);
    }));
});
