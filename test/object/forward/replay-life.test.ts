/** A replay is a thing: it has an id, says how far it is, ends, and can be ended; over restarts, and without a second copy. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { Box, call, patiently, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';

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
    expect(body).toEqual({ replay_id: expect.any(Number), count: 10 });
    await expect.poll(async () => (await replayOf(webhook, body.replay_id)).state, patiently).toBe('done');
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
    const { box, webhook } = await delivered(12, { ordering: 'strict', rate_per_second: 2 });
    const { body } = await call<{ replay_id: number }>('POST', `${webhook.path}/replays`, { all: true });
    await box.whenKept(14);
    const cancelled = await call<Replay>('POST', `${webhook.path}/replays/${body.replay_id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', counted: 12 } });
    expect(cancelled.body.remaining).toBeGreaterThan(0);
    await webhook.patch({ rate_per_second: null });
    await evictDurableObject(webhook.stub());
    // What comes next shows that nothing of the replay is left.
    await webhook.sendMany(1);
    await expect.poll(async () => sequencesOf(await box.kept()).at(-1), patiently).toBe(13);
    const again = sequencesOf(await box.kept()).slice(12, -1);
    expect(again).toEqual(range(1, again.length));
    expect(again.length).toBeLessThan(12);
    expect(await replayOf(webhook, body.replay_id)).toMatchObject({ state: 'cancelled', sent: again.length });
  });

  it('goes on after a restart, and its progress with it', async () => {
    const { box, webhook } = await delivered(8, { ordering: 'strict', rate_per_second: 4 });
    const { body } = await call<{ replay_id: number }>('POST', `${webhook.path}/replays`, { all: true });
    await box.whenKept(10);
    await evictDurableObject(webhook.stub());
    // It would come by itself, half a minute after the restart.
    expect(await runDurableObjectAlarm(webhook.stub())).toBe(true);
    await expect.poll(async () => (await replayOf(webhook, body.replay_id)).state, patiently).toBe('done');
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
    await expect
      .poll(attempts, patiently)
      .toMatchObject([{ replay_id: null }, { replay_id: body.replay_id }]);
    expect((await replayOf(webhook, body.replay_id)).request).toEqual({ entity_key: '[not kept]' });
  });

  it('that is not known is not found', async () => {
    const webhook = await TestWebhook.create([]);
    expect((await call('GET', `${webhook.path}/replays/7`)).status).toBe(404);
    expect((await call('POST', `${webhook.path}/replays/7/cancel`)).status).toBe(404);
    const { body } = await call('POST', `${webhook.path}/replays`, { all: true });
    expect(body).toEqual({ replay_id: null, count: 0 });
  });
});
