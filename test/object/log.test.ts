/**
 * A webhook's object and its log in a real SQLite store: what is accepted, what is answered, what is on disk, and that
 * an object that was evicted goes on exactly where it stood.
 *
 * The clock is ahead of the real one, so that alarms run when a test says so and never by themselves.
 */

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../../src/limits';
import type { AppendResult, IncomingEvent, StatusReport } from '../../src/log/contract';
import { REORDERING_MS } from '../../src/numbering/place';
import type { Sealed, WebhookRecord } from '../../src/subscriptions/webhook';
import { range } from '../support/sequence';
import { scene } from '../support/simulation/scene';
import { destinationRecord } from '../support/simulation/world';
import { appendRequest, type EventGiven, incomingEvent, webhookRecord } from '../support/webhook-record';

/** Longer runs: `VITE_OBJECT_RUNS=50 npx vitest run --project object test/object/log.test.ts --testTimeout 0`. */
const { env: settings } = import.meta as ImportMeta & { env: Record<string, string | undefined> };
const RUNS = Number(settings.VITE_OBJECT_RUNS ?? 1);

const START = Date.UTC(2040, 0, 1);
const DAY_MS = 86_400_000;
const SHORT = { enabled: true, holdSeconds: 0, graceSeconds: 60, expiresSeconds: 3600 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** An object of its own with a webhook, and short words for what tests do with it. */
async function newObject(given: Partial<WebhookRecord> = {}) {
  const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
  expect(await stub.create(webhookRecord(given))).toBe('created');
  let version = 1;

  const send = async (id: number | null, event: EventGiven = {}): Promise<AppendResult> =>
    (await stub.append(appendRequest(await incomingEvent(id, event), version))) as AppendResult;

  return {
    stub,
    send,
    /** The answers as `accepted 3`, `duplicate 1`, `ignored` … one after the other. */
    async sendAll(ids: readonly number[], event: EventGiven = {}): Promise<string[]> {
      const answers: string[] = [];
      for (const id of ids) answers.push(short(await send(id, event)));
      return answers;
    },
    /** Appends that reach the object together, so that they share a transaction. */
    together: async (events: readonly IncomingEvent[]): Promise<AppendResult[]> =>
      runInDurableObject(stub, async object =>
        Promise.all(events.map(event => object.append(appendRequest(event, version)))),
      ),
    async change(changed: Partial<WebhookRecord>) {
      const record = await stub.getRecord();
      if (record === null) throw new Error('no webhook');
      expect(await stub.replace({ ...record, ...changed }, version)).toMatchObject({ kind: 'ok' });
      version++;
    },
    /** The gap list as `from-to status`. */
    async gaps(): Promise<string[]> {
      const report = await stub.gaps(null);
      if (!report.numbered) throw new Error('not numbered');
      return report.gaps.map(({ from, to, status }) => `${from}-${to} ${status}`);
    },
    async status(): Promise<StatusReport> {
      const report = await stub.status();
      if (report === null) throw new Error('no webhook');
      return report;
    },
    statusOf: async (sequence: number) => (await stub.event(sequence))?.status,
    alarm: () => runDurableObjectAlarm(stub),
    evict: () => evictDurableObject(stub),
    tables: () =>
      runInDurableObject(stub, (_object, state) =>
        state.storage.sql
          .exec<{ name: string }>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
          )
          .toArray()
          .map(({ name }) => name),
      ),
  };
}

function short(result: AppendResult): string {
  return 'sequence' in result ? `${result.kind} ${result.sequence}` : result.kind;
}

const invalid: EventGiven = { issues: [{ path: '/topic', message: 'is required' }] };

describe('accepted exactly once', () => {
  it('one of twenty identical concurrent appends, the others are its duplicates', async () => {
    const { together, status } = await newObject();
    const copies = await Promise.all(range(1, 20).map(() => incomingEvent(7)));
    const answers = await together(copies);
    expect(answers.filter(({ kind }) => kind === 'accepted')).toEqual([
      { kind: 'accepted', sequence: 1, incrementId: 7 },
    ]);
    expect(answers.filter(({ kind }) => kind === 'duplicate')).toEqual(
      Array(19).fill({ kind: 'duplicate', sequence: 1, incrementId: 7 }),
    );
    expect(await status()).toMatchObject({ lastSequence: 1, counters: { accepted: 1, duplicate: 19 } });
  });

  it('also where the twenty come one by one through RPC, and after an eviction', async () => {
    const { send, evict } = await newObject();
    const answers = await Promise.all(range(1, 20).map(() => send(7)));
    expect(answers.map(short).sort()).toEqual(['accepted 1', ...Array(19).fill('duplicate 1')]);
    await evict();
    expect(short(await send(7))).toBe('duplicate 1');
  });

  it('gives a batch its sequences in increment order, which leaves no hole and nothing late', async () => {
    const { together, stub } = await newObject();
    const events = await Promise.all([5, 3, 1, 4, 2].map(id => incomingEvent(id)));
    expect((await together(events)).map(short)).toEqual([
      'accepted 5',
      'accepted 3',
      'accepted 1',
      'accepted 4',
      'accepted 2',
    ]);
    const page = await stub.events({ after: 0, limit: 10, topic: null, status: null });
    expect(page?.events.map(({ incrementId, late }) => [incrementId, late])).toEqual(
      range(1, 5).map(id => [id, false]),
    );
  });

  it('by event id, whatever the bytes, where the body is signed', async () => {
    const { send } = await newObject({ provider: 'apideck' });
    expect(short(await send(null, { eventId: 'e1', body: 'a' }))).toBe('accepted 1');
    expect(short(await send(null, { eventId: 'e1', body: 'b' }))).toBe('duplicate 1');
  });

  it('by event id with the same bytes where it is not; other bytes are a conflict', async () => {
    const { send, stub } = await newObject({ provider: 'ecwid' });
    const unsigned = { eventId: 'e1', bodySigned: false };
    expect(short(await send(null, { ...unsigned, body: 'a' }))).toBe('accepted 1');
    expect(short(await send(null, { ...unsigned, body: 'a' }))).toBe('duplicate 1');
    expect(short(await send(null, { ...unsigned, body: 'b' }))).toBe('quarantined 2');
    expect(await stub.event(2)).toMatchObject({ status: 'quarantined', reason: 'conflict' });
    expect(short(await send(null, { ...unsigned, body: 'b' }))).toBe('duplicate 2');
  });

  it('by the bytes within a minute where there is no id at all', async () => {
    const { send } = await newObject();
    expect(short(await send(null, { body: 'ping' }))).toBe('accepted 1');
    wait(59_999);
    expect(short(await send(null, { body: 'ping' }))).toBe('duplicate 1');
    wait(1);
    expect(short(await send(null, { body: 'ping' }))).toBe('accepted 2');
  });

  it('by what was signed, and within a minute by the bytes, where each attempt is signed anew', async () => {
    const { send } = await newObject();
    const signed = (signedDigest: string, body = 'ping') =>
      send(null, { signedDigest, alsoKnownBy: 'body', body });
    expect(short(await signed('t1'))).toBe('accepted 1');
    wait(59_000);
    expect(short(await signed('t2'))).toBe('duplicate 1');
    wait(DAY_MS);
    // Both requests are known for good; the same bytes signed at another time are a new event by now.
    expect(short(await signed('t1'))).toBe('duplicate 1');
    expect(short(await signed('t2'))).toBe('duplicate 1');
    expect(short(await signed('t3'))).toBe('accepted 2');
  });

  it('by event id and by what was signed, where one signature fits several bodies', async () => {
    const { send } = await newObject();
    const signed = (signedDigest: string, eventId: string, body: string) =>
      send(null, { signedDigest, eventId, alsoKnownBy: 'event_id', bodySigned: false, body });
    expect(short(await signed('t1', 'e1', 'a'))).toBe('accepted 1');
    expect(short(await signed('t2', 'e1', 'a'))).toBe('duplicate 1');
    expect(short(await signed('t1', 'e2', 'forged'))).toBe('quarantined 2');
    expect(short(await signed('t2', 'e3', 'forged too'))).toBe('quarantined 3');
    expect(short(await signed('t4', 'e2', 'b'))).toBe('accepted 4');
  });

  it('for at least the window, over generations of keys', async () => {
    const { send } = await newObject({ provider: 'apideck' });
    const at = async (id: string) => short(await send(null, { eventId: id, body: id }));
    expect(await at('a')).toBe('accepted 1');
    wait(8 * DAY_MS - 1);
    expect(await at('b')).toBe('accepted 2');
    wait(1);
    expect(await at('c')).toBe('accepted 3');
    expect(await at('a')).toBe('duplicate 1');
    wait(8 * DAY_MS - 2);
    expect(await at('b')).toBe('duplicate 2');
    wait(2);
    expect(await at('d')).toBe('accepted 4');
    expect(await at('c')).toBe('duplicate 3');
    expect(await at('a')).toBe('accepted 5');
  });
});

describe('every id is known for the whole window', () => {
  it.each([
    [1, 8],
    [8, 8],
    [20, 20],
  ])('with a retention of %i days, for %i', async (retentionDays, days) => {
    const { send } = await newObject({ provider: 'apideck', retentionDays });
    // Twice a day, over three generations of keys.
    for (let half = 1; half <= 6 * days; half++) {
      expect(short(await send(null, { eventId: `e${half}`, body: `${half}` }))).toBe(`accepted ${half}`);
      const old = half - 2 * days;
      wait(DAY_MS / 2 - 1);
      if (old >= 0) {
        const retry = await send(null, { eventId: `e${old + 1}`, body: `${old + 1}` });
        expect(short(retry)).toBe(`duplicate ${old + 1}`);
      }
      wait(1);
    }
  });
});

describe('a secret that was rotated', () => {
  it('is good until its time, and what was verified with it later is not taken', async () => {
    const { send, change, status } = await newObject();
    const record = webhookRecord();
    const secrets = record.secrets.map(secret => ({ ...secret, usableUntil: START + 1000 }));
    const next = { id: 'sec_next', sealed: '' as Sealed, usableUntil: null };
    await change({ secrets: [...secrets, next] });
    wait(999);
    expect(short(await send(1))).toBe('accepted 1');
    wait(1);
    expect(await send(2)).toEqual({ kind: 'revoked' });
    // Not as a duplicate either: it tells whoever has the old secret nothing.
    expect(await send(1)).toEqual({ kind: 'revoked' });
    expect(await status()).toMatchObject({ lastSequence: 1, counters: { accepted: 1, duplicate: 0 } });
  });
});

describe('a captured request', () => {
  it('is erased after ten minutes, each in its time', async () => {
    const { stub, alarm } = await newObject();
    const capture = async (name: string) => {
      const refusal = { at: Date.now(), reason: 'mismatch', headerNames: [], bytes: 2, bodySha256: null };
      const request = { headers: [], query: name, body: new TextEncoder().encode('{}') };
      await stub.refused({ counts: { mismatch: 1 }, last: [{ ...refusal, request }] });
    };
    const stored = async () => {
      await alarm();
      return runInDurableObject(stub, (_object, { storage }) =>
        storage.sql
          .exec<{ request: string }>('SELECT request FROM captures ORDER BY id')
          .toArray()
          .map(({ request }) => (JSON.parse(request) as { query: string }).query),
      );
    };
    await capture('first');
    wait(60_000);
    await capture('second');
    wait(9 * 60_000 - 1);
    expect(await stored()).toEqual(['first', 'second']);
    wait(1);
    expect(await stored()).toEqual(['second']);
    wait(60_000);
    expect(await stored()).toEqual([]);
  });
});

describe('quarantine', () => {
  it('keeps an id with other bytes, once', async () => {
    const { send, stub, status } = await newObject();
    await send(1);
    expect(await send(1, { body: 'other' })).toMatchObject({
      kind: 'quarantined',
      sequence: 2,
      incrementId: 1,
    });
    expect(short(await send(1, { body: 'other' }))).toBe('duplicate 2');
    expect(short(await send(1))).toBe('duplicate 1');
    expect(await stub.event(2)).toMatchObject({ status: 'quarantined', reason: 'conflict', epoch: null });
    expect(await status()).toMatchObject({ counters: { accepted: 1, quarantined: 1, duplicate: 2 } });
  });

  it('counts the id of an invalid event as received, takes its retry for one, and its correction', async () => {
    const { send, gaps, alarm, evict, stub } = await newObject();
    await send(1);
    expect(short(await send(2, invalid))).toBe('quarantined 2');
    await send(3);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual([]);
    expect(short(await send(2, invalid))).toBe('duplicate 2');
    // Valid by a newer schema: still the same event, which waits for its release.
    expect(short(await send(2))).toBe('duplicate 2');
    await evict();
    expect(short(await send(2, invalid))).toBe('duplicate 2');
    expect(short(await send(2, { body: 'corrected' }))).toBe('accepted 4');
    expect(short(await send(2, { body: 'corrected' }))).toBe('duplicate 4');
    expect(await stub.release(2)).toMatchObject({ kind: 'accepted', sequence: 2 });
    expect(short(await send(2, { body: 'corrected' }))).toBe('duplicate 4');
  });

  it('is left by release, once, and the id stays known', async () => {
    const { send, stub, status, evict } = await newObject();
    await send(1, invalid);
    expect(await stub.release(1)).toEqual({ kind: 'accepted', sequence: 1, incrementId: 1 });
    expect(await stub.release(1)).toEqual({ kind: 'not_quarantined' });
    expect(await stub.release(2)).toEqual({ kind: 'not_found' });
    expect(await status()).toMatchObject({ counters: { accepted: 1, quarantined: 0 } });
    await evict();
    expect(short(await send(1, invalid))).toBe('duplicate 1');
    expect(await status()).toMatchObject({ counters: { accepted: 1, quarantined: 0 } });
  });

  it('is no part of a webhook that rejects: a 422 counts as not received', async () => {
    const { send, gaps, alarm, status } = await newObject({ onInvalid: 'reject' });
    await send(1);
    expect(await send(2, invalid)).toMatchObject({ kind: 'rejected' });
    await send(3);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-2 open']);
    expect(await status()).toMatchObject({ counters: { accepted: 2, quarantined: 0 } });
  });
});

describe('topics', () => {
  it('that were widened let an ignored event be redelivered, before and after an eviction', async () => {
    const { sendAll, send, change, gaps, alarm, evict } = await newObject({ topics: ['product:*'] });
    const product = { topic: 'product:updated' };
    expect(await sendAll([1, 4], product)).toEqual(['accepted 1', 'accepted 2']);
    expect(await sendAll([2, 3])).toEqual(['ignored', 'ignored']);
    expect(short(await send(2))).toBe('ignored');
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual([]);
    await change({ topics: ['*'] });
    expect(short(await send(2))).toBe('accepted 3');
    expect(short(await send(2))).toBe('duplicate 3');
    await evict();
    expect(short(await send(3))).toBe('accepted 4');
    expect(await sendAll([2, 3])).toEqual(['duplicate 3', 'duplicate 4']);
    expect(await gaps()).toEqual([]);
  });
});

describe('the gap list', () => {
  it('has a hole from its grace on, by alarm', async () => {
    const { sendAll, gaps, alarm, status } = await newObject();
    await sendAll([1, 2, 5]);
    expect(await gaps()).toEqual([]);
    wait(59_999);
    await alarm();
    expect(await gaps()).toEqual([]);
    wait(1);
    await alarm();
    expect(await gaps()).toEqual(['3-4 open']);
    expect(await status()).toMatchObject({ openGaps: 1, missingIds: 2, highestIncrementId: 5 });
  });

  it('says for what is filled when, splits what is partly filled, and expires the rest', async () => {
    const { sendAll, stub, gaps, alarm } = await newObject({ sequence: SHORT });
    await sendAll([1, 6]);
    wait(60_000);
    await alarm();
    wait(1000);
    await sendAll([3]);
    expect(await gaps()).toEqual(['2-2 open', '3-3 filled', '4-5 open']);
    const report = await stub.gaps('filled');
    expect(report).toMatchObject({
      gaps: [
        {
          epoch: 1,
          from: 3,
          to: 3,
          count: 1,
          detectedAt: START,
          resolvedAt: START + 61_000,
          before: { incrementId: 1, sequence: 1 },
          after: { incrementId: 6, sequence: 2 },
        },
      ],
    });
    wait(3600_000);
    await alarm();
    expect(await gaps()).toEqual(['2-2 expired', '3-3 filled', '4-5 expired']);
    await sendAll([4, 2, 5]);
    expect(await gaps()).toEqual(['2-2 filled', '3-3 filled', '4-4 filled', '5-5 filled']);
  });

  it('has no entry for a hole that closed within its grace', async () => {
    const { sendAll, gaps, alarm } = await newObject();
    await sendAll([1, 4, 2]);
    wait(30_000);
    await sendAll([3]);
    wait(30_000);
    await alarm();
    expect(await gaps()).toEqual([]);
  });

  it('opens the hole of an object that was evicted meanwhile', async () => {
    const { sendAll, gaps, alarm, evict } = await newObject();
    await sendAll([1, 3]);
    await evict();
    wait(60_000);
    expect(await alarm()).toBe(true);
    expect(await gaps()).toEqual(['2-2 open']);
  });

  it('keeps the alarm coming through every stage of a hole', async () => {
    const { sendAll, gaps, alarm } = await newObject({ sequence: SHORT });
    await sendAll([1, 3]);
    for (let rounds = 0; (await gaps())[0] !== '2-2 expired'; rounds++) {
      if (rounds === 20) throw new Error('it never expires');
      wait(600_000);
      expect(await alarm()).toBe(true);
    }
  });

  it('closes an earlier epoch with what it misses', async () => {
    const { sendAll, stub, alarm } = await newObject({ sequence: SHORT });
    await sendAll([1, 2, 4]);
    wait(60_001);
    await alarm();
    await sendAll([1, 2, 3], { numbering: 'new' });
    wait(3600_000);
    await alarm();
    wait(3600_000);
    await alarm();
    const report = await stub.gaps(null);
    expect(report).toMatchObject({
      epoch: 2,
      highestIncrementId: 3,
      gaps: [{ epoch: 1, from: 3, status: 'expired' }],
    });
  });
});

describe('epochs', () => {
  it('let conflicts out of quarantine into the numbering they turned out to begin, and survive an eviction', async () => {
    const { sendAll, stub, evict, statusOf, status } = await newObject();
    await sendAll(range(1, 5));
    wait(REORDERING_MS);
    const anew = { numbering: 'new' };
    expect(await sendAll([2, 3], anew)).toEqual(['quarantined 6', 'quarantined 7']);
    expect(await sendAll([4], anew)).toEqual(['accepted 8']);
    const check = async () => {
      expect([await statusOf(6), await statusOf(7)]).toEqual(['accepted', 'accepted']);
      expect(await stub.event(6)).toMatchObject({ epoch: 2, incrementId: 2 });
      expect(await status()).toMatchObject({ epoch: 2, counters: { accepted: 8, quarantined: 0 } });
    };
    await check();
    await evict();
    await check();
    expect(await sendAll([2, 3, 4], anew)).toEqual(['duplicate 6', 'duplicate 7', 'duplicate 8']);
    expect(await sendAll(range(1, 5))).toEqual(range(1, 5).map(id => `duplicate ${id}`));
  });

  it('are begun by no conflicts that come together with what continues the numbering, or soon after it', async () => {
    const { sendAll, together, status, gaps, alarm, evict } = await newObject();
    await sendAll(range(1, 20));
    wait(60_000);
    const batch: IncomingEvent[] = [];
    for (const id of range(2, 6)) {
      batch.push(await incomingEvent(id, { numbering: 'new' }), await incomingEvent(19 + id));
    }
    const kinds = (await together(batch)).map(({ kind }) => kind);
    expect(kinds).toEqual(range(1, 5).flatMap(() => ['quarantined', 'accepted']));
    await evict();
    wait(REORDERING_MS - 1);
    const soon = await sendAll([7, 8, 9], { numbering: 'new' });
    expect(soon.map(answer => answer.split(' ')[0])).toEqual(Array(3).fill('quarantined'));
    wait(60_000);
    await alarm();
    expect(await status()).toMatchObject({ epoch: 1, counters: { accepted: 25, quarantined: 8 } });
    expect(await gaps()).toEqual([]);
  });

  it('tell apart what happened in the same moment, once ids are missing for it', async () => {
    const { sendAll, status, gaps, alarm, evict, stub } = await newObject();
    await sendAll(range(1, 10), { eventTime: START - 3_600_000 });
    wait(60_001);
    const anew = { numbering: 'new', eventTime: START };
    await sendAll([11, 1, ...range(2, 10)], anew);
    await sendAll([12], { numbering: 'new', eventTime: START + 1000 });
    await evict();
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual([]);
    expect(await status()).toMatchObject({ epoch: 2, counters: { accepted: 22 } });
    await evict();
    expect(await sendAll([11], anew)).toEqual(['duplicate 11']);
    await sendAll([14], { numbering: 'new', eventTime: START + 2000 });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['13-13 open']);
    expect(await stub.gaps(null)).toMatchObject({ gaps: [{ epoch: 2 }] });
  });
});

describe('a restart', () => {
  it('that an event of a topic not subscribed shows lets the conflicts before it go', async () => {
    const { sendAll, send, statusOf, status } = await newObject({ topics: ['order:*'] });
    await sendAll(range(1, 5));
    wait(REORDERING_MS);
    await sendAll([2, 3], { numbering: 'new' });
    expect(short(await send(4, { numbering: 'new', topic: 'product:updated' }))).toBe('ignored');
    expect(await status()).toMatchObject({ epoch: 2 });
    expect([await statusOf(6), await statusOf(7)]).toEqual(['accepted', 'accepted']);
  });

  it('does not let go what failed validation, but counts its id', async () => {
    const { sendAll, send, statusOf, gaps, alarm } = await newObject();
    await sendAll(range(1, 5));
    wait(REORDERING_MS);
    await send(2, { numbering: 'new' });
    expect(short(await send(3, { numbering: 'new', ...invalid }))).toBe('quarantined 7');
    await send(4, { numbering: 'new' });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual([]);
    expect([await statusOf(6), await statusOf(7)]).toEqual(['accepted', 'quarantined']);
  });
});

describe('a restart and the gap list', () => {
  it('take back an entry that the new numbering had made in the old one', async () => {
    const { sendAll, gaps, alarm, evict } = await newObject();
    await sendAll([1], { eventTime: START - 3_600_000 });
    wait(60_001);
    await sendAll([2, 5], { numbering: 'new', eventTime: START + 2000 });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['3-4 open']);
    await sendAll([1], { numbering: 'new', eventTime: START + 1000 });
    expect(await gaps()).toEqual([]);
    await evict();
    expect(await sendAll([2, 5], { numbering: 'new' })).toEqual(['duplicate 2', 'duplicate 3']);
    await sendAll([3], { numbering: 'new', eventTime: START + 2000 });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['4-4 open']);
  });

  it('agree on an id that was filled by the new numbering, and is missing again in the old one', async () => {
    const { sendAll, gaps, alarm } = await newObject();
    const anew = (after: number) => ({ numbering: 'new', eventTime: START + 700_000 + after });
    await sendAll([1, 2, 3], { eventTime: START });
    wait(600_000);
    await sendAll([5], anew(1000));
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual(['4-4 open']);
    await sendAll([4], anew(1000));
    expect(await gaps()).toEqual(['4-4 filled']);
    wait(10_000);
    await sendAll([1, 2, 3], anew(0));
    expect(await gaps()).toEqual([]);
    // A late one of the old numbering shows that its own 4 is missing.
    await sendAll([5], { eventTime: START + 1000 });
    wait(61_000);
    await alarm();
    expect(await gaps()).toEqual(['4-4 open']);
    expect(await sendAll([4], { eventTime: START + 1000 })).toEqual([expect.stringMatching(/^accepted/)]);
    expect(await gaps()).toEqual(['4-4 filled']);
  });

  it('count conflicts in a row over an eviction', async () => {
    const { sendAll, evict } = await newObject();
    await sendAll(range(1, 5));
    wait(REORDERING_MS);
    const anew = { numbering: 'new' };
    expect(await sendAll([2, 3], anew)).toEqual(['quarantined 6', 'quarantined 7']);
    await evict();
    expect(await sendAll([4], anew)).toEqual(['accepted 8']);
  });
});

describe('settings', () => {
  it('that changed hold for the holes there are', async () => {
    const { sendAll, change, gaps, alarm } = await newObject({ sequence: { ...SHORT, graceSeconds: 3600 } });
    await sendAll([1, 3]);
    await change({ sequence: SHORT });
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-2 open']);
  });
});

describe('more holes than are kept apart', () => {
  const { MAX_HOLES } = LIMITS;
  beforeEach(() => void Object.assign(LIMITS, { MAX_HOLES: 3 }));
  afterEach(() => void Object.assign(LIMITS, { MAX_HOLES }));

  it('are one entry with a true count, in which every missing id can still arrive, also its first', async () => {
    const { sendAll, stub, gaps, alarm, evict, status } = await newObject();
    await sendAll([1, 4, 6, 8]);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-3 open', '5-5 open', '7-7 open']);
    // An entry for 3 alone, right where a merged range begins later.
    await sendAll([3, 10, 12]);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-7 open', '3-3 filled', '9-9 open', '11-11 open']);
    expect(await status()).toMatchObject({ openGaps: 3, missingIds: 5 });
    await evict();
    expect(await sendAll([6, 2])).toEqual(['duplicate 3', 'accepted 8']);
    expect(await gaps()).toEqual(['2-2 filled', '3-3 filled', '3-7 open', '9-9 open', '11-11 open']);
    expect(await stub.gaps('open')).toMatchObject({ gaps: [{ count: 2 }, { count: 1 }, { count: 1 }] });
    expect(await sendAll([5, 7, 5])).toEqual(['accepted 9', 'accepted 10', 'duplicate 9']);
    expect((await gaps()).filter(gap => gap.endsWith('open'))).toEqual(['9-9 open', '11-11 open']);
  });
});

describe('retention', () => {
  it('keeps every event to its last millisecond, and none for more than a day longer', async () => {
    const { sendAll, stub, alarm } = await newObject();
    const here = async () => {
      await alarm();
      const page = await stub.events({ after: 0, limit: 10, topic: null, status: null });
      return page?.events.map(({ sequence }) => sequence);
    };
    await sendAll([1]);
    wait(DAY_MS - 1);
    await sendAll([2]);
    wait(1);
    await sendAll([3]);
    wait(7 * DAY_MS - 2);
    expect(await here()).toEqual([1, 2, 3]);
    wait(2);
    expect(await here()).toEqual([3]);
    // The last table of a webhook to which nothing comes any more.
    wait(DAY_MS - 1);
    expect(await here()).toEqual([3]);
    wait(1);
    expect(await here()).toEqual([]);
  });

  it('quarantines an id whose record is past the window, and takes what was missing', async () => {
    const { sendAll, send, stub, alarm, evict, gaps } = await newObject();
    await sendAll([...range(1, 69), ...range(71, 200)]);
    wait(60_000);
    await alarm();
    // Records are dropped by age, some whole pages of ids at a time.
    wait(9 * DAY_MS);
    await alarm();
    expect(short(await send(5))).toBe('quarantined 200');
    expect(await stub.event(200)).toMatchObject({ reason: 'too_old_to_compare' });
    expect(short(await send(5))).toBe('duplicate 200');
    await evict();
    expect(short(await send(6))).toBe('quarantined 201');
    expect(short(await send(70))).toBe('accepted 202');
    expect((await gaps()).filter(gap => !gap.endsWith('filled'))).toEqual([]);
    expect(short(await send(201))).toBe('accepted 203');
    expect(await stub.event(5)).toBeNull();
  });
});

describe('an evicted object', () => {
  it('answers exactly as one that was not, at any moment and over several checkpoints', {
    // A busy machine is no failure: this is many times what it takes.
    timeout: RUNS * 600_000,
  }, async () => {
    const step = fc.record({
      kind: fc.oneof(
        { weight: 60, arbitrary: fc.constant('next') },
        { weight: 12, arbitrary: fc.constantFrom('retry', 'jump', 'fill', 'unnumbered') },
        { weight: 3, arbitrary: fc.constantFrom('late', 'other', 'ignored', 'invalid', 'anew') },
      ),
      pick: fc.nat(),
      wait: fc.constantFrom(0, 0, 0, 0, 10, 20_000),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 700, maxLength: 900 }),
        fc.array(fc.nat(900), { minLength: 6, maxLength: 12 }),
        async (steps, moments) => {
          const settled = await newObject({ topics: ['order:*'] });
          const evicted = await newObject({ topics: ['order:*'] });
          const sent: { id: number | null; given: EventGiven }[] = [];
          const both = async (id: number | null, given: EventGiven) => {
            const [expected, answer] = [await settled.send(id, given), await evicted.send(id, given)];
            expect(answer).toEqual(expected);
          };
          let highest = 0;
          const when = new Set(moments);
          let jumped = 0;
          for (const [index, { pick, wait: ms, ...step }] of steps.entries()) {
            // Long stretches of what needs no checkpoint, so that there is something to replay.
            const rare = ['late', 'other', 'ignored', 'invalid', 'anew'].includes(step.kind);
            const kind = rare && index % 400 < 320 ? 'next' : step.kind;
            wait(ms);
            if (ms > 0) await Promise.all([settled.alarm(), evicted.alarm()]);
            if (when.has(index)) await evicted.evict();
            const earlier = sent[pick % Math.max(1, sent.length)];
            const given: EventGiven = { body: `body ${index}` };
            let id: number | null = highest + 1;
            if (kind === 'jump') {
              jumped = highest + 1;
              id = highest + 2 + (pick % 3);
            }
            if (kind === 'fill' && jumped > 0) id = jumped;
            if (kind === 'late') id = 1 + (pick % Math.max(1, highest));
            if (kind === 'unnumbered') id = null;
            if (kind === 'anew' && pick % 8 === 0) id = 1;
            if (pick % 3 > 0) given.eventTime = Date.now() - (kind === 'late' ? 120_000 : 0);
            if (kind === 'ignored') given.topic = 'product:updated';
            if (kind === 'invalid') Object.assign(given, invalid);
            const event = kind === 'retry' && earlier !== undefined ? earlier : { id, given };
            await both(event.id, event.given);
            sent.push(event);
            highest = kind === 'anew' && id === 1 ? 1 : Math.max(highest, event.id ?? 0);
          }
          await evicted.evict();
          expect(await evicted.gaps()).toEqual(await settled.gaps());
          // Duplicates since the last checkpoint are counted in memory only.
          const [expected, status] = [await settled.status(), await evicted.status()];
          const counters = { ...expected.counters, duplicate: status.counters.duplicate };
          expect(status).toEqual({ ...expected, counters });
          expect(status.lastSequence).toBeGreaterThan(2 * 256);
          for (const { id, given } of sent) await both(id, given);
        },
      ),
      // Shrinking runs two objects all over again, for minutes.
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

describe('an event in memory', () => {
  it('is what its row gives back, no more: its body is kept once', async () => {
    await scene([destinationRecord('a')], async s => {
      await s.append(2);
      await s.append(1, {
        issues: [{ path: 'topic', message: 'unknown', given: null, allowed: null }] as never,
      });
      s.world.append([
        { ...(await incomingEvent(1, { body: '{"other":1}' })), signedDigest: 'ab', alsoKnownBy: 'body' },
        { ...(await incomingEvent(7)), added: true },
      ]);
      const kept = s.world.log.feed.eventsAfter(0, 10);
      s.world.restart();
      const read = s.world.log.feed.eventsAfter(0, 10);
      expect(read.length).toBeGreaterThanOrEqual(4);
      expect(kept).not.toBe(read);
      expect(kept).toStrictEqual(read);
    });
  });
});

describe('a silence', () => {
  it('is announced once, over evictions, and the next one again', async () => {
    const operations = destinationRecord('operations', { topics: ['gateway:*'], isActive: false });
    const { stub, send, alarm, evict } = await newObject({
      ...{ createdAt: START, silenceSeconds: 3600, destinations: [operations] },
    });
    const announced = async () => {
      const page = await stub.events({ after: 0, limit: 10, topic: 'gateway:*', status: null });
      return page?.events.map(({ topic, sequence }) => `${topic} ${sequence}`);
    };
    const anHourLater = async () => {
      wait(3_600_000);
      await evict();
      await alarm();
    };
    await send(1);
    await anHourLater();
    expect(await announced()).toEqual(['gateway:source_silent 2']);
    for (let i = 0; i < 3; i++) await anHourLater();
    expect(await announced()).toEqual(['gateway:source_silent 2']);
    await send(2);
    await anHourLater();
    expect(await announced()).toEqual(['gateway:source_silent 2', 'gateway:source_silent 4']);
  });
});

describe('what it costs', () => {
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

  it('is one alarm for a hole, and one row for what fills it within its grace', async () => {
    const { stub, sendAll } = await newObject();
    await sendAll([1]);
    expect(await costOf(stub, () => sendAll([4, 2, 3]))).toEqual({ rows: 3, alarms: 1 });
  });
});

describe('a batch', () => {
  it('that fails because of one event stores the others and leaves no trace of it', async () => {
    const { stub, together, status, gaps, sendAll, evict } = await newObject();
    await sendAll([1]);
    const events = await Promise.all(range(2, 6).map(id => incomingEvent(id)));
    const bad = events[2];
    if (bad === undefined) throw new Error('no event');
    // The column takes no NULL, so the insert throws after the tracker has already taken the id.
    Object.assign(bad, { query: null });
    const settled = await runInDurableObject(stub, async object =>
      Promise.allSettled(events.map(event => object.append(appendRequest(event)))),
    );
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(await status()).toMatchObject({
      lastSequence: 5,
      highestIncrementId: 6,
      counters: { accepted: 5 },
    });
    await evict();
    expect(await status()).toMatchObject({
      lastSequence: 5,
      highestIncrementId: 6,
      counters: { accepted: 5 },
    });
    const again = await together([await incomingEvent(4)]);
    expect(again.map(short)).toEqual(['accepted 6']);
    expect(await gaps()).toEqual([]);
    expect(await sendAll([2, 3, 5, 6])).toEqual(['duplicate 2', 'duplicate 3', 'duplicate 4', 'duplicate 5']);
  });

  it('that comes in one call is answered one by one, and as if each had come alone', async () => {
    const { stub, status } = await newObject();
    const events = await Promise.all([3, 1, 2, 1, 4].map(id => incomingEvent(id)));
    Object.assign(events[2] ?? {}, { query: null });
    const requests = events.map(event => appendRequest(event));
    const [, , , , last] = requests;
    Object.assign(last ?? {}, { version: 0 });
    const answers = (await stub.appendAll(requests)) as (AppendResult | null)[];
    expect(answers.map(answer => answer?.kind ?? null)).toEqual([
      'accepted',
      'accepted',
      null,
      'duplicate',
      'stale',
    ]);
    expect(await status()).toMatchObject({ highestIncrementId: 3, counters: { accepted: 2, duplicate: 1 } });
    await stub.remove();
    expect(await stub.appendAll(requests.slice(0, 2))).toEqual([{ kind: 'gone' }, { kind: 'gone' }]);
  });

  it('in a call that an object of an earlier release does not know fails as edges expect', async () => {
    const stub = env.WEBHOOKS.getByName(crypto.randomUUID()) as unknown as { later(): Promise<void> };
    const error = await stub.later().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain('does not implement');
  });

  it('that fails on its very first event leaves no table of a day or of keys behind', async () => {
    const { together, tables, send } = await newObject({ provider: 'apideck' });
    const before = await tables();
    const bad = Object.assign(await incomingEvent(null, { eventId: 'e' }), { query: null });
    await expect(together([bad])).rejects.toThrow();
    expect(await tables()).toEqual(before);
    expect(short(await send(null, { eventId: 'e' }))).toBe('accepted 1');
  });

  it('that fails as the first of a new day, or of a new generation of keys, leaves what was there', async () => {
    const { stub, together, tables, send } = await newObject({ provider: 'apideck', retentionDays: 30 });
    const fails = async (eventId: string) => {
      const before = await tables();
      const bad = Object.assign(await incomingEvent(null, { eventId }), { query: null });
      await expect(together([bad])).rejects.toThrow();
      expect(await tables()).toEqual(before);
    };
    const at = async (eventId: string) => short(await send(null, { eventId, body: eventId }));
    expect(await at('a')).toBe('accepted 1');
    wait(DAY_MS);
    await fails('day');
    expect(await at('day')).toBe('accepted 2');
    wait(29 * DAY_MS);
    await fails('generation');
    expect(await at('a')).toBe('duplicate 1');
    expect(await at('generation')).toBe('accepted 3');
    expect(await at('a')).toBe('duplicate 1');
    expect(await stub.event(1)).toMatchObject({ eventId: 'a' });
    expect(await tables()).toEqual(expect.arrayContaining(['seen_1', 'seen_2', 'events_1', 'events_3']));
  });

  it('holds at most 16 MiB; what is beyond is turned away at once and accepted later', async () => {
    const { together, send } = await newObject();
    const events = await Promise.all(range(1, 20).map(id => incomingEvent(id, { bodyBytes: 1024 * 1024 })));
    for (const [index, event] of events.entries())
      event.fingerprint = event.fingerprint.map(byte => byte ^ index);
    const kinds = (await together(events)).map(({ kind }) => kind);
    expect(kinds).toEqual([...Array(15).fill('accepted'), ...Array(5).fill('overloaded')]);
    expect(short(await send(16))).toBe('accepted 16');
  });
});

describe('a deleted webhook', () => {
  it('answers gone and has no tables, also after an eviction', async () => {
    const { stub, send, sendAll, tables, evict } = await newObject();
    await sendAll([1, 2, 4]);
    expect(await stub.remove()).toBe(true);
    expect(await tables()).toEqual([]);
    expect(await send(3)).toEqual({ kind: 'gone' });
    expect(await stub.status()).toBeNull();
    expect(await stub.gaps(null)).toEqual({ numbered: false });
    await evict();
    expect(await send(3)).toEqual({ kind: 'gone' });
    expect(await stub.remove()).toBe(false);
    expect(await tables()).toEqual([]);
  });

  it('turns away what was waiting for its commit', async () => {
    const { stub, tables } = await newObject();
    const event = await incomingEvent(1);
    const answers = await runInDurableObject(stub, async object => {
      const append = object.append(appendRequest(event));
      await object.remove();
      return append;
    });
    expect(answers).toEqual({ kind: 'gone' });
    expect(await tables()).toEqual([]);
  });

  it('that never was writes nothing when it is asked', async () => {
    const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
    const answer = await stub.append(appendRequest(await incomingEvent(1)));
    expect(answer).toEqual({ kind: 'gone' });
    expect(await stub.event(1)).toBeNull();
  });
});
