/** `hold_seconds`: events leave sorted by increment id, and wait no longer than they were told to. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { Box, patiently, sequencesOf, TestWebhook } from '../../support/in-worker';

vi.setConfig({ testTimeout: 40_000 });

describe('hold_seconds', () => {
  it('sorts by increment id, over an eviction', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict' }], {
      sequence: { hold_seconds: 30 },
    });
    await webhook.send({ id: 1 });
    await expect.poll(() => webhook.status(), patiently).toMatchObject({ delivered: 1 });
    await webhook.send({ id: 4 });
    await webhook.send({ id: 3 });
    await evictDurableObject(webhook.stub());
    expect(sequencesOf(await box.whenKept(1))).toEqual([1]);
    await webhook.send({ id: 2 });
    const kept = await box.whenKept(4);
    expect(kept.map(({ headers }) => headers['gapless-increment-id'])).toEqual(['1', '2', '3', '4']);
    // The chain follows the feed, not the order of acceptance.
    expect(sequencesOf(kept)).toEqual([1, 4, 3, 2]);
    expect(kept.map(({ headers }) => headers['gapless-previous'])).toEqual(['0', '1', '4', '3']);
    for (const { headers } of kept) expect(headers).not.toHaveProperty('gapless-gap');
  });

  it('gives a missing id up when its time is over, over an eviction, and names the gap', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict' }], {
      sequence: { hold_seconds: 1 },
    });
    await webhook.send({ id: 1 });
    await expect.poll(() => webhook.status(), patiently).toMatchObject({ delivered: 1 });
    await webhook.send({ id: 3 });
    await evictDurableObject(webhook.stub());
    const [, third] = await box.whenKept(2);
    expect(third?.headers).toMatchObject({ 'gapless-increment-id': '3', 'gapless-gap': '2-2' });
    await webhook.send({ id: 2 });
    const [, , second] = await box.whenKept(3);
    expect(second?.headers).toMatchObject({ 'gapless-increment-id': '2', 'gapless-late': '1' });
  });
});
