/**
 * A storage that refuses: what was acked is there, what was refused is nowhere, and what was delivered comes twice at most
 * once. The real object, over its real ways in, on a disk that is full when the test says so.
 */
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppendResult } from '../../src/log/contract/append';
import { breakStorage, type Fault, mendStorage } from '../support/capped/storage';
import { Box, sequencesOf, TestWebhook } from '../support/in-worker';
import { range } from '../support/sequence';
import { appendRequest, incomingEvent } from '../support/webhook-record';

let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = [];
  for (const level of ['error', 'warn', 'info'] as const) {
    vi.spyOn(console, level).mockImplementation(line => {
      if (String(line).startsWith('{')) lines.push(JSON.parse(String(line)));
    });
  }
});
afterEach(() => {
  for (const id of touched.splice(0)) mendStorage(id);
  vi.restoreAllMocks();
});

const named = (name: string) => lines.filter(({ event }) => event === name);

const touched: string[] = [];
const breaks = (webhook: TestWebhook, fault: Fault, after = 0): void => {
  const id = webhook.stub().id.toString();
  touched.push(id);
  breakStorage(id, fault, after);
};
const mends = (webhook: TestWebhook): void => mendStorage(webhook.stub().id.toString());

/** A webhook whose box has everything that was sent, and of which all is stored. */
async function settled(count: number, given: object = {}): Promise<{ webhook: TestWebhook; box: Box }> {
  const box = new Box();
  const webhook = await TestWebhook.create([{ url: box.url, ...given }]);
  await webhook.sendMany(count);
  await box.whenKept(count);
  await expect.poll(() => webhook.status()).toMatchObject({ delivered: count, lag: 0 });
  return { webhook, box };
}

/** Appends as the edge does, many at a time: what became of an event, null where the object ended meanwhile. */
async function appending(
  webhook: TestWebhook,
): Promise<(id: number) => Promise<AppendResult['kind'] | null>> {
  const record = await env.WEBHOOKS.getByName(String(webhook.id)).getRecord();
  const { version = 0, secrets = [] } = record ?? {};
  const secretId = secrets[0]?.id ?? '';
  return async id => {
    const request = { ...appendRequest(await incomingEvent(id), version), secretId };
    try {
      return ((await env.WEBHOOKS.getByName(String(webhook.id)).append(request)) as AppendResult).kind;
    } catch {
      return null;
    }
  };
}

/** As if nothing was asked for a while: what the object would do by itself, it has done. */
const aWhile = () => scheduler.wait(1500);

/** Every document has this row's table: cursors, checkpoint, record. */
const STATE_ROW = /UPDATE state/;

describe('events that cannot be stored', () => {
  it.each([
    ['full', 'The storage of this webhook is full'],
    ['quota', 'The quota of this gateway for today is used up'],
  ] as const)('are refused with the cause, and one line for all of them (%s)', async (kind, why) => {
    const { webhook, box } = await settled(1);
    breaks(webhook, { kind });
    for (let i = 0; i < 5; i++) {
      const { status, body } = await webhook.send();
      expect(status).toBe(503);
      expect(body).toMatchObject({ title: 'Storage refused', detail: expect.stringContaining(why) });
    }
    await aWhile();
    expect(sequencesOf(await box.kept())).toEqual([1]);
    expect(named('storage_refused')).toEqual([
      expect.objectContaining({ written: 'events', webhook_id: webhook.id }),
    ]);
    expect([named('unavailable'), named('call_failed')]).toEqual([[], []]);
    mends(webhook);
    expect((await webhook.send({ id: 2 })).body).toMatchObject({ status: 'accepted', sequence: 2 });
    await expect.poll(async () => sequencesOf(await box.kept())).toEqual([1, 2]);
    expect(named('storage_accepted')).toHaveLength(1);
  });

  it('cause no redelivery of one whose delivery could not be noted', async () => {
    const { webhook, box } = await settled(1);
    // The event is stored, and delivered; then nothing more can be written.
    breaks(webhook, { kind: 'statements', matching: STATE_ROW });
    expect((await webhook.send()).status).toBe(200);
    await box.whenKept(2);
    await expect.poll(() => named('storage_refused').length).toBe(1);
    breaks(webhook, { kind: 'full' });
    for (let i = 0; i < 5; i++) expect((await webhook.send()).status).toBe(503);
    await aWhile();
    expect(sequencesOf(await box.kept())).toEqual([1, 2]);
    mends(webhook);
    await webhook.sendMany(1);
    await expect.poll(async () => new Set(sequencesOf(await box.kept()))).toEqual(new Set([1, 2, 3]));
    await expect.poll(() => webhook.status()).toMatchObject({ delivered: 3, lag: 0 });
    expect(sequencesOf(await box.kept())).toEqual([1, 2, 3]);
  });
});

describe('a row of the cursors that cannot be written', () => {
  /**
   * Six events, one after the other; `between` them something else may happen. `most`: one request for each, and one for each probe that
   * was due meanwhile, after 1, 3, 7 … seconds: one on a machine that has time, more on a busy one.
   */
  async function sixEvents(between: (webhook: TestWebhook) => Promise<unknown>) {
    const { webhook, box } = await settled(1);
    const brokenAt = Date.now();
    breaks(webhook, { kind: 'statements', matching: STATE_ROW });
    for (let i = 0; i < 6; i++) {
      expect((await webhook.send()).status).toBe(200);
      await scheduler.wait(50);
      await between(webhook);
    }
    await aWhile();
    mends(webhook);
    const most = 6 + Math.floor(Math.log2((Date.now() - brokenAt) / 1000 + 1));
    await runDurableObjectAlarm(webhook.stub());
    await webhook.send({ id: 1 });
    await expect.poll(() => webhook.status(), { timeout: 40_000 }).toMatchObject({ lag: 0 });
    const kept = sequencesOf(await box.kept()).slice(1);
    return { requests: kept.length, most, sequences: new Set(kept) };
  }

  it('costs six events at most seven requests', async () => {
    const { requests, most, sequences } = await sixEvents(async () => {});
    expect(sequences).toEqual(new Set(range(2, 7)));
    expect(requests).toBeLessThanOrEqual(most);
  });

  it('costs no more where the object starts anew again and again', async () => {
    const { requests, most, sequences } = await sixEvents(() => abortAllDurableObjects());
    expect(sequences).toEqual(new Set(range(2, 7)));
    expect(requests).toBeLessThanOrEqual(most);
  });
});

describe('a disk that is full in the middle of load, and free again', () => {
  it.each([
    ['full', {}],
    ['quota', {}],
    ['full', { ordering: 'strict' }],
  ] as const)(
    'loses nothing acked, delivers nothing refused, and nothing thrice (%s %o)',
    async (kind, given) => {
      const { webhook, box } = await settled(1, given);
      const acked = new Set([1]);
      const refused = new Set<number>();
      const unheard = new Set<number>();
      const append = await appending(webhook);
      const sendSome = async (from: number, to: number): Promise<void> => {
        const sent = range(from, to).map(async id => {
          const kind = await append(id);
          if (kind === 'accepted') acked.add(id);
          else if (kind === 'overloaded') refused.add(id);
          else unheard.add(id);
        });
        await Promise.all(sent);
      };
      await sendSome(2, 40);
      // In the middle of what is being stored and noted.
      breaks(webhook, { kind }, 25);
      for (let from = 41; from <= 160; from += 40) await sendSome(from, from + 39);
      expect(refused.size).toBeGreaterThan(0);
      await aWhile();
      const before = await box.kept();
      mends(webhook);
      await sendSome(161, 200);
      await runDurableObjectAlarm(webhook.stub());
      await expect.poll(() => webhook.status(), { timeout: 40_000 }).toMatchObject({ lag: 0 });
      const idsOf = (kept: typeof before) =>
        kept.map(({ headers }) => Number(headers['gapless-increment-id']));
      const ids = idsOf(await box.kept());
      expect(new Set(ids).difference(unheard)).toEqual(acked);
      expect(acked.intersection(refused)).toEqual(new Set());
      const times = Map.groupBy(ids, id => id);
      const most = Math.max(...[...times.values()].map(({ length }) => length));
      expect(most).toBeLessThanOrEqual(2);
      // What came twice was delivered before, and is a trail at most.
      const twice = [...times].filter(([, { length }]) => length > 1).map(([id]) => id);
      expect(twice.length).toBeLessThanOrEqual(512);
      for (const id of twice) expect(idsOf(before)).toContain(id);
      // What was refused is as if it had never come.
      for (const id of refused)
        expect((await webhook.send({ id })).body).toMatchObject({ status: 'accepted' });
      expect(named('storage_refused').length).toBeLessThanOrEqual(2);
    },
  );
});

describe('an object that ends in the middle of a write', () => {
  it('has stored all of it or nothing, and goes on', async () => {
    const { webhook, box } = await settled(1);
    breaks(webhook, { kind: 'reset', matching: /INSERT INTO events/ });
    const { status } = await webhook.send({ id: 2 });
    expect([200, 503]).toContain(status);
    breaks(webhook, { kind: 'reset', matching: STATE_ROW });
    expect((await webhook.send({ id: 2 })).status).toBe(200);
    await webhook.send({ id: 3 });
    await runDurableObjectAlarm(webhook.stub());
    await expect.poll(async () => new Set(sequencesOf(await box.kept()))).toEqual(new Set([1, 2, 3]));
  });
});

describe('an alarm that cannot be written', () => {
  it('is written as soon as it can be, without anything being asked', async () => {
    const { webhook } = await settled(1);
    breaks(webhook, { kind: 'statements', matching: /alarm/ });
    const alarmAt = () => runInDurableObject(webhook.stub(), (_object, { storage }) => storage.getAlarm());
    await runDurableObjectAlarm(webhook.stub());
    // A hole needs an alarm.
    expect((await webhook.send({ id: 9 })).status).toBe(200);
    await expect.poll(() => named('alarm_failed').length).toBe(1);
    await scheduler.wait(100);
    expect(await alarmAt()).toBeNull();
    expect(named('alarm_failed')).toEqual([expect.objectContaining({ chore: 'set_alarm' })]);
    mends(webhook);
    await expect.poll(alarmAt).not.toBeNull();
  });
});

describe('the capped storage', () => {
  it('refuses what production refuses, and nothing else', async () => {
    const { webhook } = await settled(1);
    await runInDurableObject(webhook.stub(), async (_object, state) => {
      const { sql } = state.storage;
      const insert = (bytes: number) =>
        sql.exec("INSERT OR REPLACE INTO state (name, value) VALUES ('x', ?)", 'x'.repeat(bytes));
      expect(() => insert(2_000_001)).toThrow('SQLITE_TOOBIG');
      insert(1_999_000);
      breakStorage(state.id.toString(), { kind: 'full' }, 1);
      insert(1);
      expect(() => insert(1)).toThrow('SQLITE_FULL');
      expect(sql.exec("SELECT length(value) AS n FROM state WHERE name = 'x'").one()).toEqual({ n: 1 });
      await expect(state.storage.setAlarm(Date.now() + 60_000)).rejects.toThrow('SQLITE_FULL');
      sql.exec("DELETE FROM state WHERE name = 'x'");
      breakStorage(state.id.toString(), { kind: 'quota' });
      expect(() => sql.exec("DELETE FROM state WHERE name = 'x'")).toThrow('rows written');
      mendStorage(state.id.toString());
    });
  });
});
