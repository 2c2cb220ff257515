/** Listening to a webhook over a WebSocket, through the gateway and its real object. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { Box, call, TestWebhook } from '../../support/in-worker';
import { askToListen, type GapName, Listening } from '../../support/listening';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a listener', () => {
  it('hears events as the feed lets them go', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.send();
    const listening = await Listening.to(webhook.id);
    expect(listening.messages).toEqual([{ type: 'ready', cursor: '1.0' }]);
    const [all, orders] = [
      await Listening.to(webhook.id, { query: '?after=0&include=body' }),
      await Listening.to(webhook.id, { query: '?after=0&topic=order:*' }),
    ];
    await webhook.send({ topic: 'product:created' });
    // Not as its schema wants it: it comes when it is let go.
    await webhook.post('{"topic":"order:created","message":{"webhook_increment_id":"x"}}');
    await webhook.send();
    await listening.until(() => listening.sequences.length === 2);
    expect((await call('POST', `${webhook.path}/events/3/release`)).status).toBe(200);
    await listening.until(() => listening.sequences.length === 3);
    expect(listening.of('event').map(({ cursor, event }) => [cursor, event?.sequence])).toEqual([
      ['2.0', 2],
      ['4.0', 4],
      ['4.1', 3],
    ]);
    await all.until(() => all.sequences.length === 4);
    const { body: feed } = await call<{ events: object[] }>('GET', `${webhook.path}/feed?include=body`);
    expect(all.of('event').map(({ event }) => event)).toEqual(feed.events);
    await orders.until(() => orders.sequences.length === 3);
    expect(orders.sequences).toEqual([1, 4, 3]);
  });

  it('hears how each attempt to deliver ended', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [1] } }]);
    const [listening, others] = [
      await Listening.to(webhook.id),
      await Listening.to(webhook.id, { query: '?topic=product:*' }),
    ];
    await box.mode({ status: 500 });
    await webhook.send();
    const ends = () => listening.of('delivery').map(({ delivery }) => delivery);
    await listening.until(() => ends().length === 2);
    await box.mode({});
    await webhook.send();
    await listening.until(() => ends().length === 3);
    const [id] = webhook.destinations;
    expect(ends()).toMatchObject([
      { sequence: 1, destination_id: id, delivery: 'retrying', attempts: 1, last_error: 'status 500' },
      { sequence: 1, delivery: 'dead', attempts: 2, next_attempt_at: null, replay_id: null },
      { sequence: 2, delivery: 'delivered', attempts: 1, last_error: null },
    ]);
    await call('POST', `${webhook.path}/replays`, { from_sequence: 1, to_sequence: 1 });
    await listening.until(() => ends().length === 4);
    expect(ends()[3]).toMatchObject({ sequence: 1, delivery: 'delivered', replay_id: expect.any(Number) });
    expect(others.messages).toHaveLength(1);
  });

  it('hears what changes in the gap list, by which it stays as it is', async () => {
    const webhook = await TestWebhook.create([], { sequence: { grace_seconds: 0 } });
    const listening = await Listening.to(webhook.id);
    const kept = new Map<string, GapName>();
    const nameOf = ({ epoch, from, to }: GapName) => `${epoch}/${from}-${to}`;
    // Its neighbours are those of the moment.
    const alone = (gap: GapName): GapName => ({ ...gap, before: null, after: null });
    let applied = 0;
    const agrees = async () => {
      const { body } = await call<{ gaps: GapName[] }>('GET', `${webhook.path}/gaps`);
      const listed = new Map(body.gaps.map(gap => [nameOf(gap), alone(gap)]));
      const after = () => {
        for (const { removed = [], gaps = [] } of listening.of('gaps').slice(applied)) {
          applied++;
          for (const gap of removed) kept.delete(nameOf(gap));
          for (const gap of gaps) kept.set(nameOf(gap), alone(gap));
        }
        return new Map([...kept].sort());
      };
      await expect.poll(after).toEqual(new Map([...listed].sort()));
    };
    await webhook.send({ id: 1 });
    await webhook.send({ id: 9 });
    await listening.until(() => listening.of('gaps').length === 1);
    for (const id of [4, 5]) await webhook.send({ id });
    await agrees();
    expect(kept.size).toBe(4);
    await call('POST', `${webhook.path}/gaps/resolve`, { from: 6, to: 7, note: 'never were' });
    await agrees();
    expect(listening.of('gaps').every(({ complete }) => complete)).toBe(true);
  });

  it('goes on where it was after the object left memory', async () => {
    const webhook = await TestWebhook.create([]);
    const listening = await Listening.to(webhook.id);
    await webhook.send();
    await listening.until(() => listening.sequences.length === 1);
    await evictDurableObject(webhook.stub());
    await webhook.sendMany(3);
    await listening.until(() => listening.sequences.length === 4);
    expect(listening.sequences).toEqual(range(1, 4));
    await evictDurableObject(webhook.stub());
    await call('DELETE', webhook.path);
    await listening.until(() => listening.closed !== null);
    expect(listening.closed).toEqual({ code: 4004, reason: 'webhook_deleted' });
    expect(listening.messages.at(-1)).toMatchObject({
      type: 'end',
      cursor: '4.0',
      reason: 'webhook_deleted',
    });
  });

  it('that says what it may not is told so', async () => {
    const webhook = await TestWebhook.create([]);
    for (const text of ['hello', '{"type":"mark","mark":1}', '{"type":"mark"}', 'null', 'x'.repeat(501)]) {
      const listening = await Listening.to(webhook.id);
      listening.send(text);
      await listening.until(() => listening.closed !== null);
      expect(listening.closed).toEqual({ code: 4022, reason: 'bad_message' });
    }
  });

  it('has a cursor of this feed, or is told where it ends', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.send();
    for (const [after, reason, code] of [
      ['2.0', 'beyond_end', 4009],
      ['1.1', 'beyond_end', 4009],
      ['1.0.ab', 'other_life', 4010],
    ]) {
      const listening = await Listening.to(webhook.id, { query: `?after=${after}` });
      await listening.until(() => listening.closed !== null);
      expect(listening.messages).toMatchObject([{ type: 'end', reason, cursor: '1.0' }]);
      expect(listening.closed).toEqual({ code, reason });
    }
  });

  it('is one of so many at most, who all hear the same', async () => {
    const webhook = await TestWebhook.create([]);
    const all = await Promise.all(range(1, LIMITS.MAX_LISTENERS).map(() => Listening.to(webhook.id)));
    const more = await Listening.to(webhook.id);
    await more.until(() => more.closed !== null);
    expect(more.closed).toEqual({ code: 4029, reason: 'too_many_listeners' });
    await webhook.sendMany(5);
    for (const listening of all) {
      await listening.until(() => listening.sequences.length === 5);
      expect(listening.messages).toEqual(all[0]?.messages);
    }
    all[0]?.cut();
    await all[0]?.until(() => all[0]?.closed !== null);
    const again = await Listening.to(webhook.id);
    expect(again.messages).toEqual([{ type: 'ready', cursor: '5.0' }]);
  });
});

describe('a request to listen', () => {
  it('asks for a WebSocket, with what the stream knows', async () => {
    const webhook = await TestWebhook.create([]);
    const status = async (query: string, headers = {}) =>
      (await askToListen(webhook.id, query, headers)).status;
    expect(await status('', { Upgrade: '' })).toBe(426);
    for (const query of ['?after=x', '?topic=', '?include=all', '?wait=1', '?after=0&after=1']) {
      expect(await status(query)).toBe(422);
    }
    expect((await askToListen(5)).status).toBe(404);
  });

  it('comes from no page of another site', async () => {
    const webhook = await TestWebhook.create([]);
    const status = async (headers: Record<string, string>) =>
      (await askToListen(webhook.id, '', headers)).status;
    expect(await status({ Origin: 'https://other.example.com' })).toBe(403);
    expect(await status({ Origin: 'null' })).toBe(403);
    expect(await status({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await status({ Origin: 'https://gw.example.com', 'Sec-Fetch-Site': 'same-origin' })).toBe(101);
  });
});
