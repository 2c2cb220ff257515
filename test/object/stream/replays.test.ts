/** Replays at listeners: each event once, whatever destinations there are, and none lost or twice for one that comes again. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { Box, call, TestWebhook } from '../../support/in-worker';
import { Listening } from '../../support/listening';
import { range } from '../../support/sequence';

const listen = (webhook: TestWebhook, query = '') =>
  Listening.to(webhook.id, { query: `?replays=true${query}` });
const replayed = (listening: Listening) => listening.of('replay').map(({ event }) => event?.sequence);
const replay = async (webhook: TestWebhook, body: object) =>
  (await call<{ replay_id: number | null; count: number }>('POST', `${webhook.path}/replays`, body)).body;
const heard = (listening: Listening, ...sequences: number[]) =>
  expect.poll(() => replayed(listening)).toEqual(sequences);

describe('a listener that wants replays', () => {
  it('gets each event of one once, with its id, though several destinations get it; others hear nothing', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url }, { url: box.url }]);
    await webhook.sendMany(3);
    const [listening, other] = [await listen(webhook, '&include=body'), await Listening.to(webhook.id)];
    const { replay_id } = await replay(webhook, { from_sequence: 2 });
    await heard(listening, 2, 3);
    const [message] = listening.of('replay');
    expect(message).toMatchObject({ replay_id, new_id: false, event: { sequence: 2, redacted: false } });
    await call('POST', `${webhook.path}/events/1/replay`, { new_id: true });
    await heard(listening, 2, 3, 1);
    expect(listening.of('replay')[2]).toMatchObject({ new_id: true });
    expect(other.of('replay')).toEqual([]);
  });

  it('gets them without a destination, too, by its own topic, and none whose body was erased', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.send();
    await webhook.send({ topic: 'product:created' });
    await webhook.sendMany(2);
    await call('DELETE', `${webhook.path}/events/3/body`);
    const [all, products] = [await listen(webhook), await listen(webhook, '&topic=product:*')];
    const told = { count: 0, events: 3, replay_id: null };
    expect(await replay(webhook, { all: true, dry_run: true })).toMatchObject(told);
    expect(await replay(webhook, { all: true })).toMatchObject(told);
    // Somebody had them sent, though to no destination.
    const { body } = await call<{ entries: { operation: string; facts: object }[] }>(
      'GET',
      `${webhook.path}/audit`,
    );
    const replays = body.entries.filter(({ operation }) => operation === 'replayEvents');
    expect(replays).toMatchObject([{ facts: { all: true, ...told } }]);
    await heard(all, 1, 2, 4);
    await heard(products, 2);
    await replay(webhook, { topic: 'order:*', from_sequence: 2 });
    expect(await replay(webhook, { q: 'product:created' })).toMatchObject({ count: 0, events: 1 });
    await heard(all, 1, 2, 4, 4, 2);
    await heard(products, 2, 2);
  });

  it('gets what one destination has lost, where that is asked for', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, retry: { schedule_seconds: [] } }]);
    await webhook.send();
    await box.mode({ status: 500 });
    const listening = await listen(webhook);
    const ended = (sequence: number) =>
      listening.of('delivery').filter(({ delivery }) => delivery?.sequence === sequence).length;
    await webhook.sendMany(2);
    await listening.until(() => ended(2) === 1 && ended(3) === 1);
    expect(await replay(webhook, { delivery: 'dead' })).toMatchObject({ count: 2, events: 2 });
    await heard(listening, 2, 3);
    await listening.until(() => ended(2) === 2 && ended(3) === 2);
    await replay(webhook, { status: 'dead', to_sequence: 2 });
    await heard(listening, 2, 3, 2);
  });

  it.each([{ all: true }, { q: 'order:created' }])(
    'goes on in the middle of one (%j), over restarts, and has each event of it once',
    async asked => {
      const webhook = await TestWebhook.create([]);
      await webhook.sendMany(300);
      let listening = await Listening.to(webhook.id, { query: '?replays=true', slow: true });
      await replay(webhook, asked);
      await listening.until(() => replayed(listening).length === 300);
      const { cursor } = listening.of('replay')[119] ?? { cursor: '' };
      listening.cut();
      await evictDurableObject(webhook.stub());
      await replay(webhook, { from_sequence: 7, to_sequence: 7 });
      await webhook.send();
      listening = await listen(webhook, `&after=${cursor}`);
      await heard(listening, ...range(121, 300), 7);
      expect(listening.sequences[0]).toBe(301);
      // It is at the end of both, and one that comes without a place among replays hears those to come.
      const again = await listen(webhook, `&after=${listening.cursor}`);
      const anew = await listen(webhook, '&after=0');
      await webhook.send();
      await again.until(() => again.sequences.length > 0);
      await anew.until(() => anew.sequences.length === 302);
      expect([replayed(again), replayed(anew)]).toEqual([[], []]);
    },
  );

  it('hears no more of one that is cancelled', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, is_active: false }]);
    await webhook.sendMany(3);
    const { cursor } = await listen(webhook);
    const { replay_id } = await replay(webhook, { all: true });
    await replay(webhook, { from_sequence: 3 });
    await call('POST', `${webhook.path}/replays/${replay_id}/cancel`);
    await heard(await listen(webhook, `&after=${cursor}`), 3);
  });

  it('misses those that are too long ago, of which 100 are kept', async () => {
    const webhook = await TestWebhook.create([]);
    await webhook.send();
    const { cursor } = await listen(webhook);
    for (let i = 0; i < 105; i++) await replay(webhook, { all: true });
    const listening = await listen(webhook, `&after=${cursor}`);
    await heard(listening, ...Array.from({ length: 100 }, () => 1));
    const rows = await runInDurableObject(webhook.stub(), (_, { storage }) =>
      storage.sql.exec('SELECT count(*) AS n FROM streamed_replays').one(),
    );
    expect(rows).toEqual({ n: 100 });
  });
});

it('a bare sequence is a place to begin, after what was let go before it', async () => {
  const webhook = await TestWebhook.create([]);
  await webhook.post('{"topic":"order:created","message":{"webhook_increment_id":"x"}}');
  await call('POST', `${webhook.path}/events/1/release`);
  await webhook.sendMany(2);
  const listening = await Listening.to(webhook.id, { query: '?after=2' });
  await listening.until(() => listening.sequences.length > 0);
  expect(listening.messages.map(({ type, cursor }) => [type, cursor])).toEqual([
    ['ready', '2.1'],
    ['event', '3.1'],
  ]);
  const { body } = await call<{ events: { sequence: number }[] }>('GET', `${webhook.path}/feed?after=2`);
  expect(body.events.map(({ sequence }) => sequence)).toEqual([3]);
});
