/**
 * Stores outlive releases: this one opens what release 0.1.0 left, and leaves what 0.1.0 still works on. The statements
 * are those of 0.1.0, word for word; they are never changed.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { AppendResult } from '../../src/log/contract/append';
import { findRecord } from '../../src/subscriptions/store';
import { HOUR, MINUTE, SECOND } from '../support/durations';
import { range } from '../support/sequence';
import { replayOf } from '../support/simulation/replay-of';
import { fails, hangs, works } from '../support/simulation/replies';
import { type Scene, scene } from '../support/simulation/scene';
import { destinationRecord } from '../support/simulation/world';
import { appendRequest, incomingEvent, webhookRecord } from '../support/webhook-record';
import stored from '../vectors/stored-records.json' with { type: 'json' };

const EVENTS_0_1_0 = `CREATE TABLE events_1 (
      sequence INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, topic TEXT NOT NULL, event_id TEXT,
      increment_id INTEGER, epoch INTEGER, event_time INTEGER, status TEXT NOT NULL, deferred INTEGER NOT NULL,
      reason TEXT, gap TEXT, late INTEGER NOT NULL, body_signed INTEGER NOT NULL, operational INTEGER NOT NULL, entity_keys TEXT NOT NULL,
      issues TEXT NOT NULL, headers TEXT NOT NULL, query TEXT NOT NULL, body_bytes INTEGER NOT NULL,
      fingerprint BLOB NOT NULL, body BLOB)`;

const ATTEMPTS_0_1_0 = `CREATE TABLE attempts_1 (id INTEGER PRIMARY KEY,
      first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL, entries TEXT NOT NULL)`;

const TABLES_0_1_0 = [
  'CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  `CREATE TABLE segments (kind TEXT, id INTEGER, opened_at INTEGER NOT NULL, first_sequence INTEGER NOT NULL,
     PRIMARY KEY (kind, id)) WITHOUT ROWID`,
  `CREATE TABLE known_ids (epoch INTEGER, page INTEGER, last_at INTEGER NOT NULL, slots BLOB NOT NULL,
     PRIMARY KEY (epoch, page)) WITHOUT ROWID`,
  `CREATE TABLE gaps (epoch INTEGER, from_id INTEGER, to_id INTEGER NOT NULL, missing INTEGER NOT NULL,
     status TEXT NOT NULL, detected_at INTEGER NOT NULL, resolved_at INTEGER,
     PRIMARY KEY (epoch, from_id, to_id)) WITHOUT ROWID`,
  `CREATE TABLE releases (position INTEGER PRIMARY KEY, after_sequence INTEGER NOT NULL,
     sequence INTEGER NOT NULL)`,
  `CREATE TABLE deliveries (sequence INTEGER, destination_id TEXT, replay INTEGER, new_id INTEGER NOT NULL, status TEXT NOT NULL,
     attempts INTEGER NOT NULL, step INTEGER NOT NULL, next_at INTEGER, previous INTEGER, ordinal INTEGER NOT NULL,
     error TEXT, updated_at INTEGER NOT NULL, PRIMARY KEY (sequence, destination_id, replay)) WITHOUT ROWID`,
  'CREATE INDEX deliveries_due ON deliveries (destination_id, next_at) WHERE next_at IS NOT NULL',
  `CREATE TABLE blocked_keys (destination_id TEXT, key TEXT, tasks TEXT NOT NULL,
     PRIMARY KEY (destination_id, key)) WITHOUT ROWID`,
  'CREATE TABLE replays (id INTEGER PRIMARY KEY, job TEXT NOT NULL)',
  `CREATE TABLE confirmations (sequence INTEGER PRIMARY KEY, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL,
     detail TEXT)`,
  "INSERT INTO state (name, value) VALUES ('format', '1')",
  EVENTS_0_1_0,
  ATTEMPTS_0_1_0,
];

const INSERT_EVENT_0_1_0 = `INSERT INTO events_1 (sequence, received_at, topic, event_id, increment_id, epoch, event_time,
  status, deferred, reason, gap, late, body_signed, operational, entity_keys, issues, headers, query, body_bytes,
  fingerprint, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`;

const INSERT_GAP_0_1_0 = `INSERT INTO gaps (epoch, from_id, to_id, missing, status, detected_at, resolved_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

const SELECT_GAPS_0_1_0 = `SELECT epoch, from_id, to_id, missing, status, detected_at, resolved_at FROM gaps
  ORDER BY epoch, from_id, to_id`;

/** The head after the first event, as 0.1.0 saved it. */
const checkpoint_0_1_0 = (now: number, fingerprint: string) => ({
  ...{ lastSequence: 1, lastEventAt: now, lastRelease: 0, hold: null, reports: {}, silentSince: null },
  counters: { accepted: 1, duplicate: 0, ignored: 0, quarantined: 0 },
  tracker: {
    current: {
      ...{ number: 1, baseline: 1, highest: 1, holes: [], startedAt: now, baselineAt: now, startTime: null },
      ...{ firstFingerprint: fingerprint, foundByConflicts: false, closesAt: null, grown: 0, recent: [] },
    },
    ...{ previous: [], conflicts: [], inARow: 0, lastEpoch: 1 },
  },
  forgotten: [],
});

/** An object as 0.1.0 left it: ids 1 and 5 received, 2 to 4 missing, saved after the first. */
async function leftBehind() {
  const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
  await runInDurableObject(stub, async (_object, state) => {
    const { sql } = state.storage;
    for (const statement of TABLES_0_1_0) sql.exec(statement);
    const record = {
      ...stored['0.1.0'],
      // The record as 0.1.0 wrote it, numbered and without waiting, and with destinations that are asked for nothing.
      ...{ id: 1, provider: 'shipstream', topics: ['*'], secrets: webhookRecord().secrets },
      sequence: { ...webhookRecord().sequence, graceSeconds: 0 },
      destinations: stored['0.1.0'].destinations.map(destination => ({ ...destination, isActive: false })),
    };
    sql.exec("INSERT INTO state (name, value) VALUES ('record', ?)", JSON.stringify(record));
    const now = Date.now();
    sql.exec("INSERT INTO segments VALUES ('events', 1, ?, 1)", now);
    for (const [sequence, id] of [
      [1, 1],
      [2, 5],
    ] as const) {
      const { body, fingerprint } = await incomingEvent(id);
      sql.exec(
        INSERT_EVENT_0_1_0,
        ...[
          sequence,
          now,
          'order:created',
          null,
          id,
          1,
          null,
          'forwardable',
          0,
          null,
          null,
          0,
          1,
          0,
          '[]',
          '[]',
        ],
        ...['[]', '', body.byteLength, fingerprint, body],
      );
      if (id !== 1) continue;
      const kept = fingerprint.subarray(0, 16);
      const checkpoint = JSON.stringify(checkpoint_0_1_0(now, kept.toHex()));
      sql.exec("INSERT INTO state (name, value) VALUES ('checkpoint', ?)", checkpoint);
      // 64 ids to a row, 25 bytes each: kind, sequence, fingerprint.
      const slots = new Uint8Array(64 * 25);
      new DataView(slots.buffer).setUint8(25, 1);
      new DataView(slots.buffer).setFloat64(26, 1);
      slots.set(kept, 34);
      sql.exec('INSERT INTO known_ids (epoch, page, last_at, slots) VALUES (1, 0, ?, ?)', now, slots);
    }
  });
  await evictDurableObject(stub);
  return stub;
}

describe('a record of release 0.1.0', () => {
  it('is complete once its object has it, and can be changed', async () => {
    const stub = await leftBehind();
    const record = await stub.getRecord();
    expect(record).toMatchObject({
      ...{ signature: null, captureUntil: null },
      destinations: [{ name: null }, { name: null, extraHeadersAsGiven: 'X-Env: prod\nX-Team: erp' }],
    });
    if (record === null) throw new Error('no record');
    expect(await stub.replace({ ...record, name: 'Renamed' }, 1)).toMatchObject({
      kind: 'ok',
      record: { name: 'Renamed', version: 2 },
    });
  });

  it('is complete in the KV copy that 0.1.0 wrote, with what a later release added beside', async () => {
    const record = { ...stored['0.1.0'], mood: 'calm' };
    await env.SUBSCRIPTIONS.put(`webhook:${record.id}`, JSON.stringify(record));
    expect(await findRecord(env.SUBSCRIPTIONS, record.id)).toMatchObject({
      ok: true,
      value: {
        ...record,
        signature: null,
        captureUntil: null,
        destinations: [{ name: null }, { name: null }],
      },
    });
  });
});

describe('where forwarding stands', () => {
  const document = (s: Scene) =>
    JSON.parse(String(s.world.sql.exec("SELECT value FROM state WHERE name = 'forwarding'").one().value));

  /** Event 1 fails, 2 waits behind it, the others have passed; and of a replay one event is under way. */
  async function passed(s: Scene): Promise<void> {
    s.reply = (target, { sequence, replay }) => (replay && sequence === 5 ? hangs(target) : works());
    await s.append(10, { entityKeys: ['order/before'] });
    await s.wait(MINUTE);
    s.reply = (target, { sequence, replay }) =>
      replay && sequence === 5 ? hangs(target) : sequence === 11 ? fails() : works();
    await s.append(9, index => ({ entityKeys: [`order/${index < 2 ? 'failing' : index}`] }));
    await s.wait(SECOND);
    s.world.startReplay(replayOf('a', { toSequence: 10 }));
    await s.wait(SECOND);
    await s.append(1, { entityKeys: ['order/later'] });
    await s.wait(SECOND);
  }

  const destinations = [destinationRecord('a', { ordering: 'key', retrySchedule: [600], ratePerSecond: 50 })];

  it('is told as 0.1.0 knows it, with what it does not know beside', () =>
    scene(destinations, async s => {
      await passed(s);
      const { routes, replays, replaysUnderWay } = document(s);
      // 0.1.0 goes on at the cursor, and sends again what came after it.
      expect(routes).toMatchObject([
        ['a', { cursor: { sequence: 11, release: 0, previous: 11, ordinal: 11 }, settled: [[13, 20]] }],
      ]);
      const [id, position] = replays[0];
      expect([id, position, ...replays[0].slice(2)]).toEqual([replaysUnderWay[0][0], position]);
      expect(position).toBeLessThan(5);
      // One call carries three: what it did is known when it ends.
      expect(replaysUnderWay).toEqual([[id, 10, [[4, 6]]]]);
    }));

  it('is found again where 0.1.0 wrote it: some may come twice, and nothing is lost', () =>
    scene(destinations, async s => {
      await passed(s);
      const { routes, replays, attempts } = document(s);
      const [id, { settled: _settled, pace: _pace, totals, ...route }] = routes[0];
      const { delivered, failedAttempts, lastDeliveredAt } = totals;
      const known = { ...route, totals: { delivered, failedAttempts, lastDeliveredAt } };
      const written = JSON.stringify({ routes: [[id, known]], replays, attempts });
      s.world.restart();
      s.world.sql.exec("UPDATE state SET value = ? WHERE name = 'forwarding'", written);
      s.world.restart();
      s.reply = works;
      s.delivered.length = 0;
      await s.wait(HOUR);
      const feed = s.delivered.filter(({ event }) => !event.replay).map(({ sequence }) => sequence);
      expect(new Set(feed)).toEqual(new Set(range(11, 20)));
      // What it did not count begins with this release.
      const counted = s.world.forwarding.destination('a')?.totals;
      expect(counted?.delivered).toBeGreaterThan(delivered);
      expect(counted?.attempts['2xx']).toBe((counted?.delivered ?? 0) - delivered);
      expect(counted?.lost).toBe(0);
      expect(s.world.sql.exec('SELECT * FROM replays').toArray()).toEqual([]);
    }));
});

describe('a store of release 0.1.0', () => {
  it('is opened, and everything of this release works on it', async () => {
    const stub = await leftBehind();
    const status = await stub.status();
    expect(status).toMatchObject({ lastSequence: 2, highestIncrementId: 5, rejected: {}, refusedLastDay: 0 });
    // Nobody counted the hours before its checkpoint.
    expect(status?.eventsPerHour).toHaveLength(24);
    expect(status?.eventsPerHour?.[0]).toBeNull();
    expect(await stub.events({ after: 0, limit: 10, topic: null, status: 'quarantined' })).toMatchObject({
      events: [],
      cursor: 2,
    });
    const send = async (id: number) =>
      (await stub.append(appendRequest(await incomingEvent(id)))) as AppendResult;
    expect(await send(1)).toMatchObject({ kind: 'duplicate', sequence: 1 });
    expect(await send(2)).toMatchObject({ kind: 'accepted', sequence: 3 });
    const resolved = await stub.resolveGaps({ epoch: null, from: 3, to: 3, note: 'known' });
    expect(resolved).toMatchObject({ kind: 'ok', count: 1 });
    await stub.refused({ counts: { missing: 1 }, last: [] });
    expect(await stub.refusals()).toMatchObject({ counts: { missing: 1 } });
    expect(await stub.recall('none')).toBe(null);

    await evictDurableObject(stub);
    expect(await stub.gaps('resolved')).toMatchObject({ gaps: [{ from: 3, to: 3, note: 'known' }] });
  });

  it('takes what is said of events since, before and after a rollback', async () => {
    const stub = await leftBehind();
    const repeat = async (eventId: string) =>
      (await stub.append(
        appendRequest(
          await incomingEvent(null, {
            ...{ eventId, signedDigest: 'x', alsoKnownBy: 'delivery', body: 'x' },
            topics: ['order:created', 'order:paid'],
          }),
        ),
      )) as AppendResult;
    expect([await repeat('a'), await repeat('b')]).toMatchObject([{ sequence: 3 }, { sequence: 4 }]);
    await runInDurableObject(stub, (_object, { storage: { sql } }) => {
      // What 0.1.0 makes on another day has not the columns that its store has elsewhere.
      sql.exec(EVENTS_0_1_0.replace('events_1', 'events_2'));
      sql.exec(ATTEMPTS_0_1_0.replace('attempts_1', 'attempts_2'));
      sql.exec("INSERT INTO segments VALUES ('events', 2, ?, 5)", Date.now());
    });
    await evictDurableObject(stub);
    expect(await repeat('c')).toMatchObject({ kind: 'accepted', sequence: 5 });
    expect(await repeat('a')).toMatchObject({ kind: 'duplicate', sequence: 3 });
    await evictDurableObject(stub);
    const page = await stub.events({ after: 1, limit: 10, topic: null, status: null });
    const topics = ['order:created', 'order:paid'];
    expect(page?.events).toMatchObject([
      { sequence: 2, repeats: null, topics: ['order:created'] },
      { sequence: 3, repeats: null, topics },
      { sequence: 4, repeats: 3, topics },
      { sequence: 5, repeats: 3, topics },
    ]);
  });

  it('still is one after a rollback: format, tables and columns that 0.1.0 knows', async () => {
    const stub = await leftBehind();
    await stub.resolveGaps({ epoch: null, from: 2, to: 4, note: 'known' });
    await runInDurableObject(stub, (_object, state) => {
      const { sql } = state.storage;
      expect(sql.exec("SELECT value FROM state WHERE name = 'format'").one()).toEqual({ value: '1' });
      sql.exec(INSERT_GAP_0_1_0, 1, 90, 91, 2, 'open', 0, null);
      expect(sql.exec(SELECT_GAPS_0_1_0).toArray()).toMatchObject([{ from_id: 2 }, { from_id: 90 }]);
      const record = JSON.parse(
        String(sql.exec("SELECT value FROM state WHERE name = 'record'").one().value),
      );
      expect(record).toMatchObject({ format: 1, version: 1 });
      const checkpoint = JSON.parse(
        String(sql.exec("SELECT value FROM state WHERE name = 'checkpoint'").one().value),
      );
      // Holes as five values, the last a status: one that 0.1.0 does not know, it takes for expired.
      expect(checkpoint.tracker.current.holes).toMatchObject([[2, 4, 3, expect.any(Number), 'resolved']]);
    });
  });
});
