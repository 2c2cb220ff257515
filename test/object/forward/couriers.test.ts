/** Calls to couriers are few and shared fairly: a destination that hangs or fails is not felt by the others. */
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../support/durations';
import { Box, patiently, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { hangs, works } from '../../support/simulation/replies';
import { scene } from '../../support/simulation/scene';
import { simulatedCourier } from '../../support/simulation/simulated-courier';
import { destinationRecord } from '../../support/simulation/world';

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
