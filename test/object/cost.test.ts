/** What an event costs, as a contract: rows written and read, and every setting of the alarm, within their budgets. */
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../support/durations';
import { range } from '../support/sequence';
import { costOf } from '../support/simulation/cost';
import { works } from '../support/simulation/replies';
import { scene } from '../support/simulation/scene';
import { destinationRecord } from '../support/simulation/world';
import { useStandingClock } from '../support/standing-clock';
import { newObject } from '../support/webhook-object';
import type { EventGiven } from '../support/webhook-record';

const numbered = (): EventGiven => ({});
/** As a provider without numbers sends them. */
const withEventIds = () => {
  let next = 0;
  return (): EventGiven => {
    const id = `e-${next++}`;
    return { incrementId: null, eventId: id, body: `{"id":"${id}"}` };
  };
};

describe('rows written per event, accepted and delivered', () => {
  async function perEvent(
    batches: number,
    each: number,
    apartMs: number,
    given: () => EventGiven,
  ): Promise<number> {
    let rows = 0;
    await scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      s.reply = () => ({ status: 200, ms: 20 });
      await s.append(1, given);
      await s.wait(HOUR);
      const { written } = await costOf(s, async () => {
        for (let i = 0; i < batches; i++) {
          await s.append(each, given);
          await s.wait(apartMs);
        }
        await s.wait(HOUR);
      });
      expect(s.delivered.length).toBe(1 + batches * each);
      rows = written / (batches * each);
    });
    return rows;
  }

  // A checkpoint every 256 events, an alarm every 30 s and a new day's tables come on top, a few hundredths of a row.
  it('are at most 3 one after the other, 4 isolated, 1.3 under load, with an increment id', async () => {
    expect(await perEvent(300, 1, 100, numbered)).toBeLessThanOrEqual(2);
    expect(await perEvent(100, 1, 10 * MINUTE, numbered)).toBeLessThanOrEqual(4.05);
    expect(await perEvent(100, 64, 50, numbered)).toBeLessThanOrEqual(1.3);
  });

  it('are at most 3, 5 and 2.3 with an event id', async () => {
    expect(await perEvent(300, 1, 100, withEventIds())).toBeLessThanOrEqual(3);
    expect(await perEvent(100, 1, 10 * MINUTE, withEventIds())).toBeLessThanOrEqual(5.05);
    expect(await perEvent(100, 64, 50, withEventIds())).toBeLessThanOrEqual(2.3);
  });

  it('are few for a deep backlog whose deliveries end in any order', async () => {
    await scene([destinationRecord('a', { maxInFlight: 128, isActive: false })], async s => {
      let turn = 0;
      s.reply = () => ({ status: 200, ms: [1, 40, 5, 300, 20][turn++ % 5] ?? 1 });
      for (let i = 0; i < 5; i++) await s.append(1000);
      const { written } = await costOf(s, async () => {
        s.world.patch('a', { isActive: true });
        await s.wait(HOUR);
      });
      expect(s.delivered.length).toBe(5000);
      expect(written / 5000).toBeLessThanOrEqual(0.2);
    });
  });
});

describe('rows of a blocked key', () => {
  it('are few while what waited behind it leaves, one after the other', () =>
    scene([destinationRecord('a', { ordering: 'key', retrySchedule: [600] })], async s => {
      let isDown = true;
      s.reply = (_, { sequence }) => ({ status: isDown && sequence === 1 ? 500 : 200, ms: 5 });
      for (let i = 0; i < 6; i++) await s.append(100);
      await s.wait(MINUTE);
      const before = s.world.rows.blocked ?? 0;
      isDown = false;
      await s.wait(HOUR);
      expect(s.sequences('a')).toEqual(range(1, 600));
      // About the logarithm of what waited, not its number.
      expect((s.world.rows.blocked ?? 0) - before).toBeLessThanOrEqual(12);
    }));
});

describe('rows of an event that others pass', () => {
  /** Event 1 fails once; `waiting` of the others are of its key. */
  async function rowsOf(waiting: number, evicts: boolean): Promise<Record<string, number>> {
    let rows: Record<string, number> = {};
    await scene([destinationRecord('a', { ordering: 'key', retrySchedule: [14] })], async s => {
      s.evicts = evicts;
      s.reply = (_, { sequence, attempt }) => ({
        status: sequence === 1 && attempt === 1 ? 500 : 200,
        ms: 5,
      });
      await s.append(30, index => ({ entityKeys: [`order/${index <= waiting ? 'failing' : index}`] }));
      await s.wait(10 * MINUTE);
      expect(s.attempts).toHaveLength(31);
      rows = { ...s.world.rows };
    });
    return rows;
  }

  it('are none: what has passed it is in the row of the cursors', async () => {
    const none = await rowsOf(0, false);
    const one = await rowsOf(1, false);
    expect(one.blocked).toBe(none.blocked);
    expect(one.deliveries).toBe(none.deliveries);
    // It leaves after the retry, one flush later.
    expect((one.state ?? 0) - (none.state ?? 0)).toBeLessThanOrEqual(1);
    expect((one.alarm ?? 0) - (none.alarm ?? 0)).toBeLessThanOrEqual(0);
  });

  it('are none for leaving memory either, in every idle moment', async () => {
    for (const waiting of [1, 9]) expect(await rowsOf(waiting, true)).toEqual(await rowsOf(waiting, false));
  });
});

describe('rows of counting what is stored without a row', () => {
  it('are one for what comes together, one in ten seconds of a stream, and none is lost by leaving memory', () =>
    scene([], async s => {
      s.evicts = true;
      await s.append(1);
      await s.wait(MINUTE);
      const counted = () => s.world.log.state.counters.duplicate;
      const burst = await costOf(s, async () => {
        for (let i = 0; i < 100; i++) await s.again(1);
        await s.wait(MINUTE);
      });
      expect([burst.written, counted()]).toEqual([1, 100]);
      const stream = await costOf(s, async () => {
        for (let i = 0; i < 100; i++) {
          await s.again(1);
          await s.wait(SECOND);
        }
        await s.wait(MINUTE);
      });
      expect(stream.written).toBeLessThanOrEqual(11);
      expect(counted()).toBe(200);
      expect(s.world.evictions).toBeGreaterThan(2);
    }));
});

describe('rows read per event', () => {
  it('are few under load: what leaves right after its commit is not read back', async () => {
    await scene([destinationRecord('a', { maxInFlight: 128 })], async s => {
      s.reply = works;
      await s.append(1);
      await s.wait(HOUR);
      const { read } = await costOf(s, async () => {
        for (let batch = 0; batch < 50; batch++) {
          await s.append(64);
          await s.wait(50);
        }
        await s.wait(HOUR);
      });
      expect(s.delivered.length).toBe(1 + 50 * 64);
      // One is counted for the insert.
      expect(read / (50 * 64)).toBeLessThanOrEqual(1.05);
    });
  });
});

describe('what it costs', () => {
  useStandingClock();

  /** Rows written by `run`, and the moves of the alarm, as the platform bills them. */
  async function costOf(
    stub: DurableObjectStub,
    run: () => Promise<unknown>,
  ): Promise<{ rows: number; alarms: number }> {
    const count = await runInDurableObject(stub, (_object, { storage }) => {
      const exec = vi.spyOn(storage.sql, 'exec');
      const alarm = vi.spyOn(storage, 'setAlarm');
      return () => ({
        rows: exec.mock.results.reduce(
          (sum, { value }) => sum + (value as SqlStorageCursor<Record<string, SqlStorageValue>>).rowsWritten,
          0,
        ),
        alarms: alarm.mock.calls.length,
      });
    });
    await run();
    const cost = count();
    vi.restoreAllMocks();
    return cost;
  }

  it('is one row for an accepted event, and a checkpoint every 256', async () => {
    const { stub, sendAll } = await newObject();
    await sendAll([1, 2]);
    const { rows, alarms } = await costOf(stub, () => sendAll(range(3, 256)));
    expect({ rows, alarms }).toEqual({ rows: 254, alarms: 0 });
    // 255 to 257: the checkpoint writes its head and the pages of ids that changed.
    const checkpoint = await costOf(stub, () => sendAll([257]));
    expect(checkpoint.rows).toBeGreaterThan(1);
    expect(checkpoint.rows).toBeLessThanOrEqual(1 + 1 + 5);
    expect((await costOf(stub, () => sendAll(range(258, 300)))).rows).toBe(43);
  });

  it('is none for a duplicate, and two for an event with an event id', async () => {
    const { stub, send } = await newObject({ provider: 'apideck' });
    const event = (id: string) => send(null, { eventId: id, body: id });
    await event('a');
    expect((await costOf(stub, () => event('a'))).rows).toBe(0);
    expect((await costOf(stub, () => event('b'))).rows).toBe(2);
  });

  it('is two where an unsigned id and the signed bytes are one key, and three where each is a key', async () => {
    const { stub, send } = await newObject({ provider: 'github' });
    const delivery = (id: string, signedDigest: string) =>
      send(null, { eventId: id, signedDigest, alsoKnownBy: 'delivery', body: signedDigest });
    await delivery('a', 'x');
    expect((await costOf(stub, () => delivery('b', 'y'))).rows).toBe(2);
    expect((await costOf(stub, () => delivery('c', 'x'))).rows).toBe(2);
    for (const id of ['a', 'c']) expect((await costOf(stub, () => delivery(id, 'x'))).rows).toBe(0);
    const timed = (id: string, signedDigest: string) =>
      send(null, { eventId: id, signedDigest, alsoKnownBy: 'event_id', body: signedDigest });
    expect((await costOf(stub, () => timed('d', 'z'))).rows).toBe(3);
    expect((await costOf(stub, () => timed('d', 'z'))).rows).toBe(0);
  });

  it('is one for a repeated poke, which needs no key', async () => {
    const { stub, send } = await newObject({ provider: 'dropbox' });
    const poke = () => send(null, { signedDigest: 'x', alsoKnownBy: 'request', body: 'x' });
    await poke();
    expect((await costOf(stub, poke)).rows).toBe(1);
  });

  it('is one alarm for a hole, and one row for what fills it within its grace', async () => {
    const { stub, sendAll } = await newObject();
    await sendAll([1]);
    expect(await costOf(stub, () => sendAll([4, 2, 3]))).toEqual({ rows: 3, alarms: 1 });
  });

  it('is two rows for a report of refused requests: the list, and the counts', async () => {
    const { stub } = await newObject();
    const refusal = { at: 1, reason: 'mismatch', headerNames: ['x-a'], bytes: 2, bodySha256: null };
    const report = () => stub.refused({ counts: { mismatch: 1 }, last: [refusal] });
    expect(await costOf(stub, report)).toEqual({ rows: 2, alarms: 0 });
    expect(await costOf(stub, report)).toEqual({ rows: 2, alarms: 0 });
    // Where nobody subscribes, a rise costs nothing more.
    const flood = () => stub.refused({ counts: { mismatch: 5000 }, last: [refusal] });
    expect(await costOf(stub, flood)).toEqual({ rows: 2, alarms: 0 });
  });
});
