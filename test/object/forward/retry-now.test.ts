/** After an outage: what waits goes at once where someone says so, or where a delivery succeeds; and nothing goes twice. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/durations';
import { Box, call, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { replayOf } from '../../support/simulation/replay-of';
import { fails, works } from '../../support/simulation/replies';
import { type Scene, scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';
import { webhookRecord } from '../../support/webhook-record';

/** The schedule that destinations have by themselves. */
const { retrySchedule: DEFAULT } = destinationRecord('a');
const ORDERINGS = ['parallel', 'key', 'strict'] as const;

/** What `POST …/retry` does in the object, and when its next attempt begins, in ms from now. */
function retry(s: Scene, id = 'a'): number | null {
  const state = s.world.forwarding.destination(id);
  if (state === null) throw new Error('no such destination');
  const at = s.world.forwarding.retry(state);
  return at === null ? null : at - s.world.time.now;
}

/** Fails for that long, with an event every second, and then answers again. */
async function outage(s: Scene, ms: number, given: (index: number) => object = () => ({})): Promise<void> {
  s.reply = fails;
  for (let gone = 0; gone < ms; gone += SECOND) {
    await s.append(1, () => given(gone / SECOND));
    await s.wait(SECOND);
  }
  s.reply = works;
}

const firstOf = (s: Scene, count: number): number => s.delivered[count - 1]?.at ?? Number.POSITIVE_INFINITY;

describe('retry now', () => {
  it('sends all that waits after an outage of 14 s of a strict destination, in its order', () =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      await outage(s, 14 * SECOND);
      await s.wait(4 * MINUTE);
      expect(s.delivered).toEqual([]);
      const at = s.world.time.now;
      expect(retry(s)).toBe(0);
      await s.wait(5 * SECOND);
      expect(s.sequences('a')).toEqual(range(1, 14));
      expect(firstOf(s, 14) - at).toBeLessThan(2 * SECOND);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
      await s.wait(DAY);
      expect(s.sequences('a')).toEqual(range(1, 14));
    }));

  it('sends the fifty events that five failing keys hold, each key in its order', () =>
    scene([destinationRecord('a', { ordering: 'key' })], async s => {
      await outage(s, 50 * SECOND, index => ({ entityKeys: [`order/${index % 5}`] }));
      await s.wait(MINUTE);
      expect(s.delivered).toEqual([]);
      retry(s);
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1, 50));
      for (const key of range(0, 4)) {
        const own = s.sequences('a').filter(sequence => (sequence - 1) % 5 === key);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }));

  it.each(ORDERINGS)(
    'of %s probes an open circuit at once, and the rest follows at the pace of recovery',
    ordering =>
      scene([destinationRecord('a', { ordering, maxInFlight: 128 })], async s => {
        await outage(s, HOUR, index => ({ entityKeys: [`order/${index % 40}`] }));
        // That of a strict destination by time: one event does not fail 20 times so soon.
        expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(true);
        // The last probe was less than a minute ago, and is not waited for.
        s.attempts.length = 0;
        const at = s.world.time.now;
        retry(s);
        await s.wait(100);
        expect(s.attempts[0]?.at).toBe(at);
        await s.wait(MINUTE);
        expect(new Set(s.sequences('a')).size).toBe(3600);
        expect(s.delivered.length).toBe(3600);
        for (const second of range(0, 6)) {
          const since = firstOf(s, 1) + second * SECOND;
          const left = s.attempts.filter(one => one.at >= since && one.at < since + SECOND).length;
          expect(left).toBeLessThanOrEqual(10 * 2 ** second + 1);
        }
        if (ordering === 'strict') expect(s.sequences('a')).toEqual(range(1, 3600));
      }),
  );

  it('that comes too early costs one attempt, and uses up nothing of the schedule', () =>
    scene([destinationRecord('a', { ordering: 'strict', retrySchedule: [5, 200] })], async s => {
      s.reply = fails;
      await s.append(3);
      await s.wait(MINUTE);
      const before = s.attempts.length;
      for (let i = 0; i < 10; i++) {
        retry(s);
        await s.wait(SECOND);
      }
      expect(s.attempts.length - before).toBe(10);
      expect(s.status('a')).toEqual({ retrying: 1, dead: 0 });
      s.reply = works;
      await s.wait(10 * MINUTE);
      // At its own time: the schedule stands.
      expect(s.delivered[0]?.at).toBe((s.attempts[0]?.at ?? 0) + 5010 + 200_005);
    }));

  it('survives a crash right after it', () =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      await outage(s, 14 * SECOND);
      retry(s);
      s.world.restart();
      await s.wait(35 * SECOND);
      expect(new Set(s.sequences('a'))).toEqual(new Set(range(1, 14)));
    }));

  it('does not slow down a destination that is well', () =>
    scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      await s.append(10);
      await s.wait(MINUTE);
      expect(retry(s)).toBeNull();
      await s.append(500);
      await s.wait(2 * SECOND);
      expect(s.delivered.length).toBe(510);
    }));

  it('costs two rows for each retry that it makes due, and one', async () => {
    for (const [count, ordering] of [
      [1, 'strict'],
      [10, 'parallel'],
    ] as const) {
      await scene([destinationRecord('a', { ordering })], async s => {
        await outage(s, count * SECOND);
        s.reply = fails;
        await s.wait(10 * SECOND);
        expect(s.status('a').retrying).toBe(count);
        const rows = { ...s.world.rows };
        s.deliver = () => new Promise(() => {});
        retry(s);
        expect((s.world.rows.deliveries ?? 0) - (rows.deliveries ?? 0)).toBe(2 * count);
        expect((s.world.rows.state ?? 0) - (rows.state ?? 0)).toBe(1);
      });
    }
  });
});

describe('what waits goes as well', () => {
  const changes = {
    'another address': { url: 'https://b.example.com/' },
    'another secret': { secrets: webhookRecord().secrets },
    'another header of yours': { extraHeaders: [['authorization', 'Bearer b']] as [string, string][] },
  };

  it.each(Object.entries(changes))('with %s', (_, change) =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      await outage(s, 14 * SECOND);
      s.world.patch('a', { maxInFlight: 3 });
      await s.wait(10 * SECOND);
      expect(s.delivered).toEqual([]);
      s.world.patch('a', change);
      await s.wait(2 * SECOND);
      expect(s.sequences('a')).toEqual(range(1, 14));
    }),
  );

  it.each(ORDERINGS)('when the destination is active again, at the pace of recovery (%s)', ordering =>
    scene([destinationRecord('a', { ordering })], async s => {
      await outage(s, 14 * SECOND);
      s.world.patch('a', { isActive: false });
      await s.append(86);
      await s.wait(MINUTE);
      s.world.patch('a', { isActive: true });
      await s.wait(SECOND / 2);
      expect(s.delivered.length).toBeLessThanOrEqual(11);
      await s.wait(10 * SECOND);
      expect(new Set(s.sequences('a'))).toEqual(new Set(range(1, 100)));
    }),
  );

  it('when the webhook is', () =>
    scene([destinationRecord('a', { ordering: 'strict' })], async s => {
      await outage(s, 14 * SECOND);
      s.world.configure({ isActive: false });
      await s.wait(10 * SECOND);
      expect(s.delivered).toEqual([]);
      s.world.configure({ isActive: true });
      await s.wait(2 * SECOND);
      expect(s.sequences('a')).toEqual(range(1, 14));
    }));
});

describe('a delivery that succeeds', () => {
  it('makes the others due that wait, spread over a minute', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: DEFAULT })], async s => {
      s.reply = (_, { sequence }) => (sequence <= 9 ? fails() : works());
      await s.append(9, index => ({ entityKeys: [`order/${index}`] }));
      await s.wait(MINUTE);
      expect(s.status('a').retrying).toBe(9);
      s.reply = works;
      await s.append(1, { entityKeys: ['order/well'] });
      const at = s.world.time.now;
      await s.wait(MINUTE + SECOND);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1, 10));
      const times = s.delivered.filter(({ sequence }) => sequence <= 9).map(one => one.at - at);
      // All over the minute, none of them together.
      for (const third of [0, 20, 40]) {
        const from = third * SECOND;
        const inIt = times.filter(time => time >= from && time < from + 20 * SECOND).length;
        expect(inIt).toBeGreaterThanOrEqual(3);
      }
    }));

  it('after an outage, and all arrive within a minute of it', () =>
    scene([destinationRecord('a')], async s => {
      await outage(s, 35 * MINUTE);
      await s.wait(2 * MINUTE);
      expect(new Set(s.sequences('a')).size).toBe(35 * 60);
      expect(firstOf(s, s.delivered.length) - firstOf(s, 1)).toBeLessThan(MINUTE + 5 * SECOND);
      expect(s.delivered.length).toBe(35 * 60);
    }));

  it('has an event that fails by itself tried once more between two attempts of its schedule, which stands', () =>
    scene([destinationRecord('a', { retrySchedule: [5, 600, 600] })], async s => {
      s.reply = (_, { sequence }) => (sequence === 1 ? fails() : works());
      for (let i = 0; i < 35 * 60; i++) {
        await s.append(1);
        await s.wait(SECOND);
      }
      const own = s.attempts.filter(({ sequence }) => sequence === 1);
      expect(own.length).toBe(4 + 2);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 1 });
      const [first, , , third, , last] = own.map(({ at }) => at);
      expect([third, last].map(at => Math.round(((at ?? 0) - (first ?? 0)) / SECOND))).toEqual([605, 1205]);
    }));

  it('leaves those alone that were told to come later', () =>
    scene([destinationRecord('a', { retrySchedule: [600] })], async s => {
      s.reply = (_, { sequence }) => (sequence === 1 ? { status: 429, ms: 5 } : works());
      await s.append(1);
      await s.wait(SECOND);
      await s.append(5);
      await s.wait(5 * MINUTE);
      expect(s.attempts.filter(({ sequence }) => sequence === 1)).toHaveLength(1);
    }));

  it('costs nothing where nothing waits, nor again while nothing else has failed', () =>
    scene([destinationRecord('a', { retrySchedule: [600, 600] })], async s => {
      s.reply = (_, { sequence }) => (sequence === 1 ? fails() : works());
      await s.append(2);
      await s.wait(5 * MINUTE);
      const before = s.world.rows.deliveries ?? 0;
      for (let i = 0; i < 20; i++) {
        await s.append(1);
        await s.wait(SECOND);
      }
      expect((s.world.rows.deliveries ?? 0) - before).toBe(0);
    }));
});

describe('a replay that delivers what was still retrying', () => {
  it.each(ORDERINGS)('settles it: no second copy comes later (%s)', ordering =>
    scene([destinationRecord('a', { ordering, retrySchedule: [600, 600] })], async s => {
      await outage(s, 3 * SECOND, index => ({ entityKeys: [`order/${index}`] }));
      const retrying = s.status('a').retrying;
      expect(retrying).toBe(ordering === 'strict' ? 1 : 3);
      s.world.startReplay(replayOf('a', { toSequence: 3, status: 'retrying' }));
      await s.wait(MINUTE);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
      // What waited behind it follows in its turn.
      await s.wait(DAY);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
      expect(s.delivered.filter(({ event }) => event.replay)).toHaveLength(retrying);
    }),
  );

  it.each(ORDERINGS)('settles it also while an attempt of it is under way that fails (%s)', ordering =>
    scene([destinationRecord('a', { ordering, retrySchedule: [60, 60] })], async s => {
      await s.append(1);
      await s.wait(SECOND);
      s.reply = (_, event) => ({ status: event.replay ? 200 : 500, ms: event.replay ? 1 : 5 * SECOND });
      await s.append(1);
      await s.wait(10 * SECOND);
      s.reply = (_, event) => ({
        status: event.replay ? 200 : 500,
        ms: event.replay ? 6 * SECOND : 10 * SECOND,
      });
      // Both end while the other is under way.
      await s.wait(52 * SECOND);
      s.world.startReplay(replayOf('a', { fromSequence: 2, toSequence: 2 }));
      await s.wait(MINUTE);
      s.reply = works;
      await s.wait(DAY);
      expect(s.delivered.filter(({ sequence }) => sequence === 2)).toHaveLength(1);
      expect(s.status('a')).toEqual({ retrying: 0, dead: 0 });
      expect(s.world.forwarding.destination('a')?.queue.unfinished.size).toBe(0);
    }),
  );
});

describe('POST …/destinations/{id}/retry', () => {
  it('says how many wait and when the next attempt is due, and sends them', async () => {
    const box = new Box();
    await box.mode({ status: 500 });
    const webhook = await TestWebhook.create([
      { url: box.url, ordering: 'strict', retry: { schedule_seconds: [3600] } },
    ]);
    await webhook.sendMany(4);
    await expect.poll(() => webhook.status()).toMatchObject({ retrying: 1 });
    await box.mode({ status: 200 });
    const path = `${webhook.path}/destinations/${webhook.destinations[0]}/retry`;
    const { status, body } = await call<{ next_attempt_at: string }>('POST', path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ waiting: 4, more: false });
    expect(Math.abs(Date.parse(body.next_attempt_at) - Date.now())).toBeLessThan(5000);
    expect(sequencesOf(await box.whenKept(5))).toEqual([1, 1, 2, 3, 4]);
    await expect
      .poll(() => call('POST', path, {}))
      .toEqual({
        status: 200,
        body: { waiting: 0, more: false, next_attempt_at: null },
      });
  });

  it('refuses what is not there, what is paused, and what it does not know', async () => {
    const webhook = await TestWebhook.create([{ url: new Box().url }]);
    const path = `${webhook.path}/destinations/${webhook.destinations[0]}`;
    expect(await call('POST', `${webhook.path}/destinations/dst_none/retry`)).toMatchObject({ status: 404 });
    expect(await call('POST', '/v1/webhooks/1/destinations/dst_none/retry')).toMatchObject({ status: 404 });
    expect(await call('POST', `${path}/retry`, { sequence: 1 })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/sequence' }] },
    });
    await webhook.patch({ is_active: 0 });
    expect(await call('POST', `${path}/retry`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('is_active') },
    });
  });
});
