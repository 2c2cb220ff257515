/** What a destination gets: from where it starts, by its topics and its filter, and how they are found. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../support/durations';
import { Box, call, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

describe('a scan', () => {
  it('that finds little does not read the log in one turn, and remembers how far it came', () =>
    scene([destinationRecord('a', { isActive: false, topics: ['order:deleted'] })], async s => {
      for (let i = 0; i < 10; i++) await s.append(1000);
      await s.append(1, { topic: 'order:deleted' });
      s.world.patch('a', { isActive: true });
      const first = s.world.forwarding.destination('a')?.queue.scan.sequence ?? 0;
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThan(5000);
      await s.wait(SECOND / 2);
      expect(s.sequences('a')).toEqual([10_001]);
      await s.append(2000);
      s.world.restart();
      expect(s.world.forwarding.destination('a')?.queue.cursor.sequence).toBeGreaterThan(10_000);
    }));

  it.each([
    ['beginning' as const, range(1, 20)],
    [{ sequence: 15 }, range(15, 20)],
    ['now' as const, [] as number[]],
  ])('of a destination added later starts at %j', (start, expected) =>
    scene([], async s => {
      await s.append(20);
      s.world.configure({ destinations: [destinationRecord('a', { start })] });
      await s.wait(MINUTE);
      await s.append(1);
      await s.wait(MINUTE);
      expect(s.sequences('a').toSorted((a, b) => a - b)).toEqual([...expected, 21]);
    }),
  );
});

describe('what a destination gets', () => {
  it('waits while it is paused, and leaves in order', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict', is_active: 0 }]);
    await webhook.sendMany(5);
    await evictDurableObject(webhook.stub());
    expect(await box.kept()).toEqual([]);
    await webhook.patch({ is_active: 1 });
    const kept = await box.whenKept(5);
    expect(sequencesOf(kept)).toEqual(range(1, 5));
    expect(kept.map(({ headers }) => headers['gapless-previous'])).toEqual(['0', '1', '2', '3', '4']);
  });

  it('is what its topics and its filter say, chained', async () => {
    const box = new Box();
    const filter = { '/message/store': ['eu', 3] };
    const webhook = await TestWebhook.create([{ url: box.url, topics: 'order:*', filter }]);
    const stores = ['eu', 'us', 3, '3', null, 'eu'];
    for (const store of stores) await webhook.send({ extra: { store } });
    await webhook.send({ topic: 'product:created', extra: { store: 'eu', sku: 'a' } });
    await webhook.send({ extra: { store: 'eu' } });
    const kept = await box.whenKept(4);
    expect(sequencesOf(kept).toSorted((a, b) => a - b)).toEqual([1, 3, 6, 8]);
    const chain = new Map(kept.map(({ headers }) => [headers['ce-sequence'], headers['gapless-previous']]));
    expect(Object.fromEntries(chain)).toEqual({ 1: '0', 3: '1', 6: '3', 8: '6' });
  });

  it('is shown with each event: what was tried, and what is owed, also once the body is erased', async () => {
    const box = new Box();
    const filter = { '/message/store': ['eu'] };
    const webhook = await TestWebhook.create([{ url: box.url, filter }]);
    await webhook.send({ extra: { store: 'eu' } });
    await webhook.send({ extra: { store: 'us' } });
    await box.whenKept(1);
    type Detail = { deliveries: { delivery: string }[] };
    const shown = async (sequence: number): Promise<string[]> => {
      const { body } = await call<Detail>('GET', `${webhook.path}/events/${sequence}`);
      return body.deliveries.map(({ delivery }) => delivery);
    };
    await expect.poll(() => shown(1)).toEqual(['delivered']);
    expect(await shown(2)).toEqual([]);
    expect((await call('DELETE', `${webhook.path}/events/1/body`)).status).toBe(204);
    expect(await shown(1)).toEqual(['delivered']);
    await webhook.patch({ filter: { '/message/store': ['none'] } });
    expect(await shown(1)).toEqual(['delivered']);
  });

  it.each([
    ['beginning', [1, 2, 3, 4]],
    [{ sequence: 3 }, [3, 4]],
    ['now', [4]],
  ])('starts at %j when it is added later', async (start, expected) => {
    const box = new Box();
    const webhook = await TestWebhook.create([]);
    await webhook.sendMany(3);
    const added = await call('POST', `${webhook.path}/destinations`, {
      url: box.url,
      start,
      ordering: 'strict',
    });
    expect(added.status).toBe(201);
    await webhook.send();
    expect(sequencesOf(await box.whenKept(expected.length))).toEqual(expected);
  });
});
