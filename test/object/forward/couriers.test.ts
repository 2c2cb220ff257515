/** Calls to couriers are few and shared fairly: a destination that hangs or fails is not felt by the others. */
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../support/durations';
import { Box, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { busy, hangs, works } from '../../support/simulation/replies';
import { scene } from '../../support/simulation/scene';
import { simulatedCourier } from '../../support/simulation/simulated-courier';
import { destinationRecord, UNOPENED } from '../../support/simulation/world';

/** How long after its acceptance the 990th of 1,000 events arrived, on a virtual clock. */
async function p99Beside(hung: number): Promise<number> {
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
    expect(s.status('healthy')).toEqual({ retrying: 0, dead: 0 });
    p99 = waits[989] ?? 0;
  });
  return p99;
}

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

  it.each([1, 10])('let a healthy destination be as quick beside %i that hang as alone', async hung => {
    const alone = await p99Beside(0);
    expect(await p99Beside(hung)).toBeLessThanOrEqual(2 * alone);
  });

  it('keep room for a healthy destination wherever it looks: those that hang have half of each, and one each', () => {
    const hung = range(1, 20).map(index => `hung${index}`);
    return scene(
      hung.slice(0, 19).map(id => destinationRecord(id, { timeoutSeconds: 60 })),
      async s => {
        s.reply = hangs;
        await s.append(100);
        await s.wait(SECOND);
        expect(s.inFlight).toBe(19);
        const carriers = [...s.carriers.most.keys()];
        expect(carriers).toHaveLength(7);
        for (const carrier of carriers) expect(s.carriers.heldOf(carrier, hung)).toBeLessThanOrEqual(3);
        s.world.configure({ destinations: [...s.world.webhook.destinations, destinationRecord('healthy')] });
        s.reply = target => (target.destinationId === 'healthy' ? works() : hangs(target));
        await s.append(100);
        await s.wait(SECOND);
        expect(s.sequences('healthy')).toHaveLength(100);
        expect(s.inFlight).toBe(19);
      },
    );
  });

  it('still serve a healthy destination when four that had all their connections begin to hang at once', () =>
    scene(
      [
        ...['a', 'b', 'c', 'd'].map(id => destinationRecord(id, { maxInFlight: 128 })),
        destinationRecord('healthy'),
      ],
      async s => {
        await busy(s);
        s.reply = target => (target.destinationId === 'healthy' ? works() : hangs(target));
        for (let i = 0; i < 100; i++) {
          await s.append(20);
          await s.wait(SECOND / 10);
        }
        expect(s.inFlight).toBeGreaterThan(100);
        expect(new Set(s.sequences('healthy')).size).toBe(30 + 2000);
        expect(s.status('healthy')).toEqual({ retrying: 0, dead: 0 });
        for (const most of s.carriers.most.values()) expect(most).toBeLessThanOrEqual(6);
      },
    ));

  it('are woken one after the other, as the backlog earns them, and none for what the object sends itself', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      for (let i = 0; i < 20; i++) {
        await s.append(5);
        await s.wait(SECOND);
      }
      expect([...s.carriers.most.keys()].filter(carrier => carrier > 0)).toEqual([]);
      await s.append(2000);
      await s.wait(MINUTE);
      const woken = [...s.carriers.most].filter(([carrier]) => carrier > 0);
      expect(woken.map(([carrier]) => carrier)).toEqual(range(1, woken.length));
      expect(woken.length).toBeGreaterThan(3);
      for (const [, most] of woken) expect(most).toBeLessThanOrEqual(6);
    }));

  it('are not woken because the secrets of a destination do not open', () =>
    scene([destinationRecord(UNOPENED), destinationRecord('a')], async s => {
      for (let i = 0; i < 20; i++) {
        await s.append(1);
        await s.wait(2 * SECOND);
      }
      expect(s.sequences('a')).toEqual(range(1, 20));
      expect([...s.carriers.most.keys()].filter(carrier => carrier > 0)).toEqual([]);
    }));

  it('get what the object does not send itself where it asks the provider over the same connections', () =>
    scene(
      [destinationRecord('a')],
      async s => {
        await busy(s);
        await s.append(6);
        await s.wait(SECOND);
        for (const [carrier, most] of s.carriers.most) expect(most).toBeLessThanOrEqual(carrier > 0 ? 6 : 1);
      },
      { provider: 'ecwid' },
    ));

  it('that a limit of the platform refuses stop all calls, which the alarm takes up again', () =>
    scene([destinationRecord('a'), destinationRecord('b')], async s => {
      await s.append(1);
      await s.wait(SECOND);
      let refused = 0;
      s.deliver = async () => {
        refused++;
        throw new Error('Too many subrequests by single Worker invocation.');
      };
      await s.append(1);
      await s.wait(SECOND / 2);
      s.deliver = null;
      await s.append(1);
      await s.wait(SECOND / 4);
      // Both were refused at once, and after that nobody asked.
      expect(refused).toBe(2);
      expect(s.attempts).toHaveLength(2);
      const alarms = s.world.alarms;
      await s.wait(SECOND);
      expect(s.world.alarms).toBeGreaterThan(alarms);
      for (const id of ['a', 'b']) expect(s.sequences(id)).toEqual([1, 2, 3]);
      expect(s.attempts.every(({ attempt }) => attempt === 1)).toBe(true);
    }));

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
      s.deliver = async (target, events, carrier) => {
        if (target.destinationId === 'a' && refused++ < 5) throw new Error('limit');
        return simulatedCourier(s.world.time, works, {
          begun: (to, event) =>
            s.attempts.push({ id: to.destinationId, ...event, at: s.world.time.now, event }),
          finished: (to, event) =>
            s.delivered.push({ id: to.destinationId, ...event, at: s.world.time.now, event }),
        })(target, events, carrier);
      };
      expect(courier).toBeNull();
      await s.append(10);
      await s.wait(SECOND / 2);
      expect(s.sequences('b')).toHaveLength(10);
      await s.wait(5 * MINUTE);
      expect(s.sequences('a')).toHaveLength(10);
      expect(s.attempts.every(({ attempt }) => attempt === 1)).toBe(true);
    }));

  it('that stay silent count as a timeout of what they had connections for; in order, of the first only', () =>
    scene(
      [destinationRecord('a', { ordering: 'strict' }), destinationRecord('b', { maxInFlight: 6 })],
      async s => {
        await s.append(1);
        await s.wait(SECOND);
        const silent = new Set<number>();
        s.deliver = (_target, _events, carrier) => {
          silent.add(carrier);
          return new Promise(() => {});
        };
        await s.append(8);
        await s.wait(24 * SECOND);
        // They may have connections still, so others are asked.
        s.deliver = async (target, events, carrier) => {
          expect(silent).not.toContain(carrier);
          return s.work(target, events, carrier);
        };
        await s.wait(2 * SECOND);
        expect(s.status('a')).toEqual({ retrying: 1, dead: 0 });
        expect(s.status('b')).toEqual({ retrying: 6, dead: 0 });
        expect(s.sequences('b')).toHaveLength(3);
        await s.wait(30 * SECOND);
        expect(s.sequences('a')).toEqual(range(1, 9));
        expect(s.sequences('b').toSorted((a, b) => a - b)).toEqual(range(1, 9));
      },
    ));

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
  it.each([1, 10])('a healthy destination and the acks do not feel %i that hang', async count => {
    const hung = range(1, count).map(() => new Box());
    const healthy = new Box();
    for (const box of hung) await box.mode({ hangs: true });
    const webhook = await TestWebhook.create(
      [...hung, healthy].map(({ url }) => ({ url, timeout_seconds: 60 })),
    );
    await webhook.sendMany(300);
    const kept = await healthy.whenKept(300);
    expect(sequencesOf(kept).toSorted((a, b) => a - b)).toEqual(range(1, 300));
    expect(kept.every(({ headers }) => headers['gapless-attempt'] === '1')).toBe(true);
    // All that, while every one of the others still has its first request open, and no more than that.
    for (const box of hung) expect(await box.notes()).toMatchObject({ inFlight: 1, requests: 1 });
    expect(await webhook.status(count)).toMatchObject({ retrying: 0, dead: 0, circuit: 'closed' });
    for (const box of hung) await box.mode({ hangs: false, releases: true });
  });

  it('a change of the webhook does not feel destinations that have begun to hang', async () => {
    const boxes = range(1, 3).map(() => new Box());
    const webhook = await TestWebhook.create(boxes.map(({ url }) => ({ url, timeout_seconds: 60 })));
    await webhook.sendMany(10);
    for (const box of boxes) {
      await box.whenKept(10);
      await box.mode({ hangs: true });
    }
    await webhook.sendMany(12);
    await expect.poll(async () => (await boxes[0]?.notes())?.inFlight).toBeGreaterThan(0);
    await webhook.patch({ max_in_flight: 3 });
    for (const box of boxes) {
      expect((await box.notes()).inFlight).toBeGreaterThan(0);
      await box.mode({ releases: true });
    }
  });
});
