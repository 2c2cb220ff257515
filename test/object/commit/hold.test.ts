/** `hold_seconds`: events leave sorted by increment id, and wait no longer than they were told to. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { Box, sequencesOf, TestWebhook } from '../../support/in-worker';
import { range } from '../../support/sequence';
import { useStandingClock, wait } from '../../support/standing-clock';
import { newObject, SHORT } from '../../support/webhook-object';

vi.setConfig({ testTimeout: 40_000 });

describe('hold_seconds', () => {
  it('sorts by increment id, over an eviction', async () => {
    const box = new Box();
    const webhook = await TestWebhook.create([{ url: box.url, ordering: 'strict' }], {
      sequence: { hold_seconds: 30 },
    });
    await webhook.send({ id: 1 });
    await expect.poll(() => webhook.status()).toMatchObject({ delivered: 1 });
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
    await expect.poll(() => webhook.status()).toMatchObject({ delivered: 1 });
    await webhook.send({ id: 3 });
    await evictDurableObject(webhook.stub());
    const [, third] = await box.whenKept(2);
    expect(third?.headers).toMatchObject({ 'gapless-increment-id': '3', 'gapless-gap': '2-2' });
    await webhook.send({ id: 2 });
    const [, , second] = await box.whenKept(3);
    expect(second?.headers).toMatchObject({ 'gapless-increment-id': '2', 'gapless-late': '1' });
  });
});

describe('the hold of a numbering that went on without it', () => {
  useStandingClock();
  const HOLD = { ...SHORT, holdSeconds: 600 };
  const OFF = { ...HOLD, enabled: false };

  /** `6` goes on where all have left; `3`, which they left without, is late. */
  async function goesOn({ send, statusOf, stub }: Awaited<ReturnType<typeof newObject>>): Promise<void> {
    await send(6);
    expect(await statusOf(5)).toBe('accepted');
    await send(3);
    expect(await stub.event(6)).toMatchObject({ status: 'accepted', late: true });
    await send(8);
    expect(await statusOf(7)).toBe('held');
  }

  it('begins where the numbering stands when it is turned on', async () => {
    const webhook = await newObject({ sequence: SHORT });
    await webhook.sendAll([1, 2, 4, 5]);
    await webhook.change({ sequence: HOLD });
    await goesOn(webhook);
  });

  it('begins where the numbering stands when that is turned on again', async () => {
    const webhook = await newObject({ sequence: HOLD });
    await webhook.sendAll([1, 2]);
    await webhook.change({ sequence: OFF });
    await webhook.sendAll([4, 5]);
    await webhook.change({ sequence: HOLD });
    await goesOn(webhook);
  });

  it('lets go what waits in a numbering that proves to be none', async () => {
    const { sendAll, statusOf, evict } = await newObject({ sequence: HOLD });
    await sendAll(range(1, 40));
    wait(61_000);
    expect(await sendAll([1, 3], { numbering: 'second' })).toEqual(['accepted 41', 'accepted 42']);
    expect(await statusOf(42)).toBe('held');
    await evict();
    wait(2000);
    await sendAll([41]);
    wait(2000);
    await sendAll([42, 44]);
    expect([await statusOf(42), await statusOf(44), await statusOf(45)]).toEqual([
      'accepted',
      'accepted',
      'held',
    ]);
  });
});
