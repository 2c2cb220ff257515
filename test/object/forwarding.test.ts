/**
 * Forwarding on a virtual clock: the real log and forwarding on a real database, with receivers that do exactly what
 * a test says. `forwarding.simulation.test.ts` lets chance do it.
 */
import { describe, expect, it, vi } from 'vitest';
import type { CourierTarget } from '../../src/delivery/outgoing';
import type { ReplaySpec } from '../../src/log/forward/replays';
import { range } from '../support/sequence';
import { type Scene, scene } from '../support/simulation/scene';
import { type Reply, simulatedCourier } from '../support/simulation/simulated-courier';
import { destinationRecord } from '../support/simulation/world';

vi.setConfig({ testTimeout: 60_000 });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Soon 20 failures of one event, which then is not due for long. */
const STUBBORN = [...Array.from({ length: 22 }, () => 5), 86_400];

const fails = (): Reply => ({ status: 500, ms: 5 });
const works = (): Reply => ({ status: 200, ms: 5 });
const hangs = (target: CourierTarget): Reply => ({ status: null, ms: target.timeoutMs });

/** Has the destinations answer for a while, so that they have earned all the calls they may have. */
async function busy(s: Scene): Promise<void> {
  for (let i = 0; i < 30; i++) {
    await s.append(1, { entityKeys: [`busy/${i}`] });
    await s.wait(SECOND / 10);
  }
}

const replayOf = (destinationId: string, given: Partial<ReplaySpec> = {}): ReplaySpec => ({
  destinationId,
  fromSequence: 1,
  toSequence: Number.MAX_SAFE_INTEGER,
  since: null,
  until: null,
  topic: null,
  status: null,
  newId: false,
  unasked: false,
  ...given,
});

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

  it('at most 512 events are delivered again, under the same id and after the same event', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      await busy(s);
      // The next one hangs, and so the cursor does: everything after it may come again.
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
      expect(again.length).toBeGreaterThan(100);
      expect(again.length).toBeLessThanOrEqual(512);
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
      expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
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
      s.world.forwarding.startReplay(replayOf('a', { toSequence: 500 }));
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
      s.world.forwarding.startReplay(replayOf('a', { fromSequence: first, toSequence: first + 299 }));
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

describe('the limits of a destination', () => {
  it.each([1, 2, 5, 6, 7, 13, 24, 127, 128])('max_in_flight %i is used up and never exceeded', maxInFlight =>
    scene([destinationRecord('a', { maxInFlight })], async s => {
      await s.append(4000);
      await s.wait(20 * SECOND);
      expect(s.mostInFlight).toBe(maxInFlight);
      expect(s.mostCalls).toBeLessThanOrEqual(24);
    }),
  );

  it('max_in_flight holds at once when it is lowered under load', () =>
    scene([destinationRecord('a', { maxInFlight: 24 })], async s => {
      await s.append(4000);
      await s.wait(2 * SECOND);
      s.world.patch('a', { maxInFlight: 5 });
      // What was begun may end.
      await s.wait(6 * SECOND);
      s.mostInFlight = 0;
      await s.wait(5 * SECOND);
      expect(s.mostInFlight).toBe(5);
    }));

  it.each([0.5, 3, 50])('rate_per_second %d is kept, and made use of', ratePerSecond =>
    scene([destinationRecord('a', { ratePerSecond })], async s => {
      await s.append(2000);
      await s.wait(30 * SECOND);
      const ideal = 30 * ratePerSecond;
      expect(s.attempts.length).toBeLessThanOrEqual(ideal + Math.max(1, ratePerSecond));
      expect(s.attempts.length).toBeGreaterThanOrEqual(Math.floor(ideal * 0.9) - 1);
    }),
  );

  it('a rate that is set after a flood does not have to pay for the flood', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      s.reply = works;
      await s.append(5000);
      await s.wait(MINUTE);
      s.world.patch('a', { ratePerSecond: 10 });
      s.attempts.length = 0;
      await s.append(100);
      await s.wait(5 * SECOND);
      expect(s.attempts.length).toBeGreaterThanOrEqual(45);
    }));

  it('a rate holds while a circuit recovers, and for retries', () =>
    scene([destinationRecord('a', { ratePerSecond: 2, retrySchedule: [5, 5, 5, 5, 5] })], async s => {
      s.reply = fails;
      await s.append(200);
      await s.wait(10 * MINUTE);
      s.reply = works;
      const from = s.world.time.now;
      await s.wait(90 * SECOND);
      const starts = s.attempts.filter(({ at }) => at > from).length;
      expect(starts).toBeLessThanOrEqual(182);
      expect(starts).toBeGreaterThan(40);
    }));
});

describe('a destination that is down', () => {
  it('gets dozens of probes an hour, and then 10,000 events in order and at the set pace', () =>
    scene([destinationRecord('a', { ordering: 'strict', retrySchedule: STUBBORN })], async s => {
      s.reply = fails;
      for (let i = 0; i < 10; i++) await s.append(1000);
      await s.wait(2 * MINUTE);
      expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(true);
      s.attempts.length = 0;
      await s.wait(HOUR);
      expect(s.attempts.length).toBeGreaterThan(50);
      expect(s.attempts.length).toBeLessThan(70);

      s.reply = () => ({ status: 200, ms: 1 });
      s.attempts.length = 0;
      await s.wait(5 * MINUTE);
      expect(s.sequences('a')).toEqual(range(1, 10_000));
      const since = s.delivered[0]?.at ?? 0;
      for (let second = 0; second < 7; second++) {
        const left = s.attempts.filter(({ at }) => Math.floor((at - since) / SECOND) === second).length;
        expect(left).toBeLessThanOrEqual(10 * 2 ** second);
        expect(left).toBeGreaterThanOrEqual(5 * 2 ** second);
      }
    }));

  it('opens its circuit after 20 failures, and recovers at 10 a second, doubling', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      s.reply = fails;
      await s.append(10_000);
      await s.wait(HOUR);
      expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(true);
      const probes = s.attempts.slice(20).length;
      expect(probes).toBeLessThan(20 + 48 + 70);

      s.reply = () => ({ status: 200, ms: 1 });
      await s.wait(MINUTE);
      const [first] = s.delivered;
      const since = first?.at ?? 0;
      for (let second = 0; second < 8; second++) {
        const left = s.attempts.filter(
          ({ at }) => at >= since + second * SECOND && at < since + (second + 1) * SECOND,
        ).length;
        expect(left).toBeLessThanOrEqual(10 * 2 ** second);
        expect(left).toBeGreaterThan(5 * 2 ** second);
      }
      // What probed it for an hour may have used its schedule up to the wait of two hours.
      await s.wait(3 * HOUR);
      expect(new Set(s.sequences('a')).size).toBe(10_000);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
    }));

  it('is probed one at a time, after 1 s and then twice as long up to 60 s, also over restarts', () =>
    scene([destinationRecord('a')], async s => {
      s.reply = fails;
      await s.append(100);
      await s.wait(SECOND / 2);
      const opened = s.attempts.length;
      await s.wait(130 * SECOND);
      s.world.restart();
      await s.wait(200 * SECOND);
      const times = s.attempts.slice(opened).map(({ at }) => at);
      const waits = times.slice(1).map((at, index) => Math.round((at - (times[index] ?? 0)) / SECOND));
      expect(waits.slice(0, 8)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    }));

  it('does not let an alarm come for nothing while a strict lane waits for a retry', () =>
    scene([destinationRecord('a', { ordering: 'strict', retrySchedule: [86_400] })], async s => {
      s.reply = fails;
      await s.append(500);
      await s.wait(MINUTE);
      const before = s.world.alarms;
      await s.wait(20 * HOUR);
      expect(s.world.alarms - before).toBeLessThan(5);
      s.reply = works;
      await s.wait(8 * HOUR);
      expect(s.sequences('a')).toEqual(range(1, 500));
    }));

  it('that is paused, or resumed, keeps its retries and its order', () =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      s.reply = fails;
      await s.append(3);
      await s.wait(SECOND);
      s.world.patch('a', { isActive: false });
      s.reply = works;
      const attempts = s.attempts.length;
      await s.wait(DAY);
      await s.append(3);
      await s.wait(DAY);
      expect(s.attempts.length).toBe(attempts);
      s.world.patch('a', { isActive: true });
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual(range(1, 6));
    }));
});

describe('couriers', () => {
  it('are at most 24, one of which every destination has, though ten of twenty hang', async () => {
    const ids = range(1, 20).map(index => `d${index}`);
    const hanging = new Set(ids.slice(0, 10));
    await scene(
      ids.map(id => destinationRecord(id, { maxInFlight: 128, timeoutSeconds: 60 })),
      async s => {
        s.reply = target => (hanging.has(target.destinationId) ? hangs(target) : { status: 200, ms: 50 });
        for (let i = 0; i < 10; i++) {
          await s.append(20);
          await s.wait(SECOND);
        }
        await s.wait(10 * SECOND);
        expect(s.mostCalls).toBeLessThanOrEqual(24);
        for (const id of ids.slice(10)) expect(new Set(s.sequences(id)).size).toBe(200);
      },
    );
  });

  it('let a healthy destination be as quick beside ten that hang as alone', async () => {
    const latencies = async (hung: number): Promise<number> => {
      let p99 = 0;
      const others = range(1, hung).map(index => destinationRecord(`hung${index}`, { timeoutSeconds: 60 }));
      await scene([...others, destinationRecord('healthy')], async s => {
        s.reply = target => (target.destinationId === 'healthy' ? { status: 200, ms: 50 } : hangs(target));
        const accepted = new Map<number, number>();
        for (let i = 1; i <= 1000; i++) {
          await s.append(1);
          accepted.set(i, s.world.time.now);
          await s.wait(5);
        }
        await s.wait(10 * SECOND);
        const waits = s.delivered
          .map(({ sequence, at }) => at - (accepted.get(sequence) ?? 0))
          .sort((a, b) => a - b);
        expect(waits.length).toBe(1000);
        p99 = waits[989] ?? 0;
      });
      return p99;
    };
    const alone = await latencies(0);
    expect(await latencies(10)).toBeLessThanOrEqual(2 * alone);
  });

  it('carry at most 48 events and 4 MiB, and a strict destination has one at a time', () =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      await s.append(40, index => ({ body: String.fromCharCode(65 + index).repeat(1024 * 1024) }));
      await s.wait(MINUTE);
      expect(s.mostCalls).toBe(1);
      expect(s.mostInFlight).toBe(1);
      expect(s.sequences('a')).toEqual(range(1, 40));
    }));

  it('that are refused cost no attempt, and do not slow the others', () =>
    scene([destinationRecord('a'), destinationRecord('b')], async s => {
      const courier = s.deliver;
      let refused = 0;
      s.deliver = async (target, events) => {
        if (target.destinationId === 'a' && refused++ < 5) throw new Error('limit');
        return simulatedCourier(s.world.time, works, {
          begun: (to, event) =>
            s.attempts.push({ id: to.destinationId, ...event, at: s.world.time.now, event }),
          finished: (to, event) =>
            s.delivered.push({ id: to.destinationId, ...event, at: s.world.time.now, event }),
        })(target, events);
      };
      expect(courier).toBeNull();
      await s.append(10);
      await s.wait(SECOND / 2);
      expect(s.sequences('b')).toHaveLength(10);
      await s.wait(5 * MINUTE);
      expect(s.sequences('a')).toHaveLength(10);
      expect(s.attempts.every(({ attempt }) => attempt === 1)).toBe(true);
    }));

  it('that stay silent count as a timeout of what they carried; in order, of the first only', () =>
    scene([destinationRecord('a', { ordering: 'strict' }), destinationRecord('b')], async s => {
      s.deliver = () => new Promise(() => {});
      await s.append(5);
      await s.wait(26 * SECOND);
      expect(s.status('a')).toEqual({ retrying: 1, dead: 0 });
      expect(s.status('b')).toEqual({ retrying: 5, dead: 0 });
      s.deliver = null;
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual(range(1, 5));
      expect(s.sequences('b').sort()).toEqual(range(1, 5));
    }));

  it('that begin nothing are asked again after a pause, not at once', () =>
    scene([destinationRecord('a')], async s => {
      let calls = 0;
      s.deliver = async () => {
        calls++;
        return [];
      };
      await s.append(1);
      await s.wait(MINUTE);
      expect(calls).toBeLessThan(10);
      s.deliver = null;
      await s.wait(MINUTE);
      expect(s.sequences('a')).toEqual([1]);
    }));
});

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
  it('are dead at once, and say nothing about the destination', () =>
    scene([destinationRecord('a', { isActive: false })], async s => {
      await s.append(30);
      for (const sequence of range(1, 25)) s.world.log.redact(sequence);
      s.world.patch('a', { isActive: true });
      await s.wait(SECOND);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(26, 30));
      expect(s.status('a')).toEqual({ retrying: 0, dead: 25 });
      expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(false);
    }));
});

describe('410', () => {
  it('turns the destination off once, though several were under way', () =>
    scene([destinationRecord('a'), destinationRecord('ops', { topics: ['gateway:*'] })], async s => {
      s.reply = target => (target.destinationId === 'a' ? { status: 410, ms: 5 } : works());
      await s.append(40);
      await s.wait(2 * MINUTE);
      expect(s.world.webhook.destinations[0]?.isActive).toBe(false);
      const reports = s.delivered.filter(({ id }) => id === 'ops').map(({ event }) => event.topic);
      expect(reports).toEqual(['gateway:destination_disabled']);
      // Nothing is dead: it waits until the destination is turned on again.
      expect(s.status('a').dead).toBe(0);
      s.reply = works;
      s.world.patch('a', { isActive: true });
      await s.wait(MINUTE);
      expect(new Set(s.sequences('a'))).toEqual(new Set(range(1, 40)));
    }));
});

describe('a scan', () => {
  it('that finds little does not read the log in one turn, and remembers how far it came', () =>
    scene([destinationRecord('a', { isActive: false, topics: ['order:deleted'] })], async s => {
      for (let i = 0; i < 10; i++) await s.append(1000);
      await s.append(1, { topic: 'order:deleted' });
      s.world.patch('a', { isActive: true });
      const first = s.world.forwarding.destination('a')?.queue.scan.sequence ?? 0;
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThan(5000);
      await s.wait(SECOND / 2);
      expect(s.sequences('a')).toEqual([10_001]);
      await s.append(2000);
      s.world.restart();
      expect(s.world.forwarding.destination('a')?.queue.cursor.sequence).toBeGreaterThan(10_000);
    }));

  it.each([
    ['beginning' as const, range(1, 20)],
    [{ sequence: 15 }, range(15, 20)],
    ['now' as const, [] as number[]],
  ])('of a destination added later starts at %j', (start, expected) =>
    scene([], async s => {
      await s.append(20);
      s.world.configure({ destinations: [destinationRecord('a', { start })] });
      await s.wait(MINUTE);
      await s.append(1);
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual([...expected, 21]);
    }),
  );
});

describe('replays', () => {
  it('do not disturb the order of a strict destination, nor its chain', () =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      await s.append(200);
      await s.wait(MINUTE);
      s.delivered.length = 0;
      s.world.forwarding.startReplay(replayOf('a', { toSequence: 150 }));
      await s.append(300);
      await s.wait(MINUTE);
      const feed = s.delivered.filter(({ event }) => !event.replay);
      expect(feed.map(({ sequence }) => sequence)).toEqual(range(201, 500));
      expect(feed.map(({ event }) => event.previous)).toEqual(range(200, 499));
      const replayed = s.delivered.filter(({ event }) => event.replay);
      expect(replayed.map(({ sequence }) => sequence)).toEqual(range(1, 150));
    }));

  it('that fail are retried on the schedule, beside the feed and its retries of the same event', () =>
    scene([destinationRecord('a', { retrySchedule: [60, 60] })], async s => {
      s.reply = (_, { attempt, replay }) => (attempt === (replay ? 2 : 3) ? works() : fails());
      await s.append(1);
      await s.wait(SECOND);
      s.world.forwarding.startReplay(replayOf('a', { toSequence: 1, newId: true }));
      await s.wait(10 * MINUTE);
      const tries = s.attempts.map(({ attempt, event }) => `${event.replay ? 'replay' : 'feed'} ${attempt}`);
      expect(tries.toSorted()).toEqual(['feed 1', 'feed 2', 'feed 3', 'replay 1', 'replay 2']);
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
      s.world.forwarding.startReplay(all);
      s.world.forwarding.startReplay({ ...all, unasked: true });
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted()).toEqual([1, 1, 3, 3, 4, 4, 6, 6, 7, 7, 9, 9]);
      s.world.release(2);
      s.delivered.length = 0;
      s.world.forwarding.startReplay(all);
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted()).toEqual([1, 2, 2, 3, 4, 6, 7, 9]);
    }));

  it('that find nothing to send are over, and are not begun again by every restart', () =>
    scene([destinationRecord('a')], async s => {
      await s.append(10);
      await s.wait(MINUTE);
      s.world.forwarding.startReplay(replayOf('a', { toSequence: 10, topic: 'no:such' }));
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
      s.world.forwarding.startReplay(dead);
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted()).toEqual(range(1, 5));
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
    }));
});

describe('operational events', () => {
  it('make no further ones when they cannot be delivered, whatever the answer', async () => {
    for (const status of [500, 410]) {
      await scene(
        [destinationRecord('a')],
        async s => {
          s.reply = target => ({ status: target.destinationId === 'operations' ? status : 500, ms: 5 });
          await s.append(40);
          await s.wait(6 * HOUR);
          const reports = s.world.log.feed.eventsAfter(0, 1000).filter(({ operational }) => operational);
          expect(reports.map(({ topic }) => topic)).toEqual(['gateway:destination_disabled']);
          expect(s.world.forwarding.destination('operations')?.destination.isActive).toBe(true);
          expect(s.attempts.filter(({ id }) => id === 'operations').length).toBeLessThan(12);
        },
        {},
        'https://operations.example.com/',
      );
    }
  });
});
