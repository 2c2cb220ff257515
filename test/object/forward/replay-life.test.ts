/** A replay is a thing: it has an id, says how far it is, ends, and can be ended; over restarts, and without a second copy. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../support/durations';
import { Box, call, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { replayOf as everythingTo } from '../../support/simulation/replay-of';
import { fails, works } from '../../support/simulation/replies';
import { type Scene, scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

type Replay = {
  replay_id: number;
  state: string;
  counted: number;
  sent: number;
  delivered: number;
  remaining: number;
  request: object;
  asked_by: string;
  destinations: { destination_id: string; state: string }[];
};

/** With so many events that arrived. */
async function delivered(count: number, destination: object = {}) {
  const box = new Box();
  const webhook = await TestWebhook.create([{ url: box.url, ...destination }]);
  await webhook.sendMany(count);
  await box.whenKept(count);
  return { box, webhook };
}

const replayOf = async ({ path }: TestWebhook, id: number): Promise<Replay> =>
  (await call<Replay>('GET', `${path}/replays/${id}`)).body;

describe('a replay', () => {
  it('says how far it is, until it has ended, and who asked for what', async () => {
    const { box, webhook } = await delivered(20);
    const asked = { from_sequence: 3, to_sequence: 12 };
    const { body } = await call<{ replay_id: number; count: number }>(
      'POST',
      `${webhook.path}/replays`,
      asked,
    );
    expect(body).toEqual({ replay_id: expect.any(Number), count: 10, events: 10 });
    await expect.poll(async () => (await replayOf(webhook, body.replay_id)).state).toBe('done');
    expect(await replayOf(webhook, body.replay_id)).toMatchObject({
      ...{
        state: 'done',
        counted: 10,
        sent: 10,
        delivered: 10,
        remaining: 0,
        request: asked,
        asked_by: 'admin',
      },
      destinations: [{ destination_id: webhook.destinations[0], state: 'done' }],
    });
    const kept = await box.whenKept(30);
    expect(
      sequencesOf(kept)
        .slice(20)
        .toSorted((a, b) => a - b),
    ).toEqual(range(3, 12));
    const { body: list } = await call<{ replays: Replay[] }>('GET', `${webhook.path}/replays`);
    expect(list.replays.map(({ replay_id }) => replay_id)).toEqual([body.replay_id]);
  });

  it('that is cancelled in the middle sends nothing more, also after a restart, and nothing twice', async () => {
    const { box, webhook } = await delivered(12, { ordering: 'strict' });
    await webhook.patch({ rate_per_second: 2 });
    const { body } = await call<{ replay_id: number }>('POST', `${webhook.path}/replays`, { all: true });
    await box.whenKept(14);
    const cancelled = await call<Replay>('POST', `${webhook.path}/replays/${body.replay_id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', counted: 12 } });
    expect(cancelled.body.remaining).toBeGreaterThan(0);
    await webhook.patch({ rate_per_second: null });
    await evictDurableObject(webhook.stub());
    // What comes next shows that nothing of the replay is left.
    await webhook.sendMany(1);
    await expect.poll(async () => sequencesOf(await box.kept()).at(-1)).toBe(13);
    const again = sequencesOf(await box.kept()).slice(12, -1);
    expect(again).toEqual(range(1, again.length));
    expect(again.length).toBeLessThan(12);
    expect(await replayOf(webhook, body.replay_id)).toMatchObject({ state: 'cancelled', sent: again.length });
  });

  it('goes on after a restart, and its progress with it', async () => {
    const { box, webhook } = await delivered(8, { ordering: 'strict' });
    await webhook.patch({ rate_per_second: 4 });
    const { body } = await call<{ replay_id: number }>('POST', `${webhook.path}/replays`, { all: true });
    await box.whenKept(10);
    await evictDurableObject(webhook.stub());
    // It would come by itself, half a minute after the restart.
    expect(await runDurableObjectAlarm(webhook.stub())).toBe(true);
    await expect.poll(async () => (await replayOf(webhook, body.replay_id)).state).toBe('done');
    expect(await replayOf(webhook, body.replay_id)).toMatchObject({ counted: 8, sent: 8, delivered: 8 });
    expect(new Set(sequencesOf(await box.kept()).slice(8))).toEqual(new Set(range(1, 8)));
  });

  it('marks its attempts, and keeps no name of a person', async () => {
    const { box, webhook } = await delivered(1);
    const asked = { entity_key: 'order:order-1' };
    const { body } = await call<{ replay_id: number }>('POST', `${webhook.path}/replays`, asked);
    const kept = await box.whenKept(2);
    expect(kept[1]?.headers['gapless-replay']).toBe('1');
    const attempts = async () =>
      (await call<{ attempts: { replay_id: number | null }[] }>('GET', `${webhook.path}/events/1`)).body
        .attempts;
    await expect.poll(attempts).toMatchObject([{ replay_id: null }, { replay_id: body.replay_id }]);
    expect((await replayOf(webhook, body.replay_id)).request).toEqual({ entity_key: '[not kept]' });
  });

  it('that is not known is not found', async () => {
    const webhook = await TestWebhook.create([]);
    expect((await call('GET', `${webhook.path}/replays/7`)).status).toBe(404);
    expect((await call('POST', `${webhook.path}/replays/7/cancel`)).status).toBe(404);
    const { body } = await call('POST', `${webhook.path}/replays`, { all: true });
    expect(body).toEqual({ replay_id: null, count: 0, events: 0 });
  });

  it('with nothing to send is no replay, as its plan says', async () => {
    const { webhook } = await delivered(2);
    for (const dry_run of [true, false]) {
      const asked = { delivery: 'dead', destination_id: webhook.destinations[0], dry_run };
      const { status, body } = await call('POST', `${webhook.path}/replays`, asked);
      expect([status, body]).toEqual([200, { replay_id: null, count: 0, events: 0 }]);
    }
    const { body } = await call<{ replays: Replay[] }>('GET', `${webhook.path}/replays`);
    expect(body.replays).toEqual([]);
  });
});

/** Begins a replay of the events `1..to`, and gives its id. */
const begin = ({ world }: Scene, to: number, ...destinations: string[]): number => {
  const starts = destinations.map(id => ({ spec: everythingTo(id, { toSequence: to }), counted: to }));
  return world.forwarding.startReplay(starts, null) ?? 0;
};

const seen = ({ world }: Scene, id: number) => world.forwarding.replays.all.find(one => one.id === id);

const rowsOf = ({ world }: Scene, table: string) => world.sql.exec(`SELECT * FROM ${table}`).toArray();

describe('what is left of a replay', () => {
  it('that is cancelled is neither sent nor tried again, whatever becomes of what is under way', () =>
    scene([destinationRecord('a', { retrySchedule: [60, 60, 60] })], async s => {
      await s.append(300);
      await s.wait(MINUTE);
      s.attempts.length = 0;
      s.reply = (_, { sequence }) => (sequence % 2 === 0 ? { status: 500, ms: 900 } : works());
      const id = begin(s, 300, 'a');
      const part = () => seen(s, id)?.parts[0];
      while (s.inFlight === 0 || part()?.retrying === 0) await s.wait(100);
      expect(part()).toMatchObject({ state: 'running', counted: 300, remaining: 300 - (part()?.sent ?? 0) });
      expect(part()?.remaining).toBeGreaterThan(50);

      s.world.forwarding.cancelReplay(id);
      expect(part()).toMatchObject({ state: 'cancelled', retrying: 0 });
      await s.wait(20 * SECOND);
      const begun = s.attempts.length;
      s.world.restart();
      await s.wait(20 * MINUTE);
      expect(s.attempts).toHaveLength(begun);
      expect(new Set(s.attempts.map(({ sequence }) => sequence)).size).toBe(begun);
      expect(part()).toMatchObject({ sent: begun, remaining: 300 - begun, retrying: 0 });
      expect((part()?.delivered ?? 0) + (part()?.dead ?? 0)).toBe(begun);
      expect([...rowsOf(s, 'replays'), ...rowsOf(s, 'deliveries')]).toEqual([]);
    }));

  it('is tried on the schedule, and until that has ended the replay has not', () =>
    scene([destinationRecord('a', { retrySchedule: [60, 60] }), destinationRecord('b')], async s => {
      await s.append(6);
      await s.wait(MINUTE);
      s.reply = ({ destinationId }, { sequence, attempt }) =>
        destinationId === 'a' && (sequence === 1 || (sequence === 2 && attempt === 1)) ? fails() : works();
      const id = begin(s, 6, 'b', 'a');
      await s.wait(10 * SECOND);
      s.world.restart();
      expect(seen(s, id)?.parts).toMatchObject([
        { destinationId: 'b', state: 'done', sent: 6, delivered: 6, remaining: 0 },
        { destinationId: 'a', state: 'running', sent: 6, delivered: 4, retrying: 2, dead: 0, remaining: 0 },
      ]);
      await s.wait(10 * MINUTE);
      expect(seen(s, id)?.parts[1]).toMatchObject({
        state: 'done',
        sent: 6,
        delivered: 5,
        retrying: 0,
        dead: 1,
      });
      expect(s.world.forwarding.replays.all).toHaveLength(1);
      expect(s.world.lines).toContainEqual(
        expect.objectContaining({ event: 'delivery_dead', replay_id: id }),
      );
      expect(s.world.forwarding.journal.of(1).at(-1)).toMatchObject({ replayId: id, outcome: 'failed' });
    }));

  it('and dropped by retention is given up', () =>
    scene([destinationRecord('a', { retrySchedule: [20 * 86_400] })], async s => {
      await s.append(3);
      await s.wait(MINUTE);
      s.reply = fails;
      const id = begin(s, 3, 'a');
      await s.wait(MINUTE);
      expect(seen(s, id)?.parts[0]).toMatchObject({ state: 'running', sent: 3, retrying: 3 });
      await s.wait(9 * DAY);
      expect(seen(s, id)?.parts[0]).toMatchObject({ state: 'done', sent: 3, retrying: 0, dead: 3 });
      expect(rowsOf(s, 'replays')).toEqual([]);
    }));

  it('ends with its destination', () =>
    scene([destinationRecord('a', { isActive: false }), destinationRecord('b')], async s => {
      await s.append(3);
      const id = begin(s, 3, 'a', 'b');
      await s.wait(MINUTE);
      s.world.configure({ destinations: s.world.webhook.destinations.filter(one => one.id === 'b') });
      expect(seen(s, id)?.parts).toMatchObject([
        { destinationId: 'b', state: 'done', delivered: 3 },
        { destinationId: 'a', state: 'cancelled', sent: 0, remaining: 3 },
      ]);
    }));
});

describe('the progress of replays', () => {
  it('costs no row per event, and the last 50 that ended are kept', () =>
    scene([destinationRecord('a')], async s => {
      await s.append(1000);
      await s.wait(MINUTE);
      const rows = s.world.countRows();
      const id = begin(s, 1000, 'a');
      await s.wait(MINUTE);
      expect(seen(s, id)?.parts[0]).toMatchObject({ state: 'done', delivered: 1000 });
      expect(rows().written).toBeLessThan(100);
      for (let i = 0; i < 60; i++) begin(s, 1, 'a');
      await s.wait(MINUTE);
      expect(s.world.forwarding.replays.all).toHaveLength(50);
      expect(seen(s, id)).toBeUndefined();
    }));

  it('is there for one that an earlier release began', () =>
    scene([destinationRecord('a')], async s => {
      await s.append(5);
      await s.wait(MINUTE);
      s.delivered.length = 0;
      const job = JSON.stringify({ ...everythingTo('a', { toSequence: 5 }), createdAt: s.world.time.now });
      s.world.sql.exec('INSERT INTO replays (id, job) VALUES (?, ?)', 7, job);
      s.world.restart();
      s.world.forwarding.pump();
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual(range(1, 5));
      const part = { destinationId: 'a', state: 'done', counted: null, sent: 5, delivered: 5, remaining: 0 };
      expect(seen(s, 7)).toMatchObject({ asked: null, parts: [part] });
    }));
});
