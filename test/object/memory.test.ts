/**
 * The memory that bodies take in one isolate, with its Worker, three webhooks and their couriers: as the budget counts it. What
 * a process has is measured by `npm run bench -- --only memory`.
 */
import { describe, expect, inject, it } from 'vitest';
import { LIMITS } from '../../src/limits';
import { MEMORY } from '../../src/memory/budget';
import { TestWebhook } from '../support/in-worker';
import { range } from '../support/sequence';

const MIB = 1024 * 1024;
/** 720 bodies of 1 MB take their time on a busy machine. */
const PATIENT = { timeout: 180_000 };
const chaos = inject('chaosUrl');

type Tally = { requests: number; answered: Record<string, number> };
const tally = async (key: string): Promise<Tally> => (await fetch(`${chaos}/tallies/${key}`)).json();

async function release(key: string): Promise<void> {
  const response = await fetch(`${chaos}/tallies/${key}`, { method: 'PUT' });
  await response.text();
}

/** About 1 MB, each with other bytes. */
const send = (webhook: TestWebhook, id: number) =>
  webhook.send({ id, extra: { note: `${webhook.id}`.padEnd(1_000_000, 'x') } });

describe('the memory of an isolate', () => {
  it('is enough for three webhooks with twenty destinations each that hang, and each gets everything once', async () => {
    const key = crypto.randomUUID();
    const destinations = range(1, 20).map(index => ({
      url: `${chaos}/tally/${key}?d=${index}`,
      timeout_seconds: 60,
    }));
    const webhooks: TestWebhook[] = [];
    for (let i = 0; i < 3; i++) webhooks.push(await TestWebhook.create(destinations));
    MEMORY.peak = 0;
    for (const id of range(1, 12)) {
      for (const webhook of webhooks) expect((await send(webhook, id)).status).toBe(200);
    }
    await expect.poll(async () => (await tally(key)).requests, PATIENT).toBe(60);
    // All sixty have one of three bodies: what hangs is on trial, and gets nothing more.
    expect(MEMORY.deliveries.bytes).toBeLessThan(3 * MIB);
    expect(MEMORY.requests.bytes).toBe(0);
    await release(key);
    const answered = async () => Object.values((await tally(key)).answered);
    await expect.poll(async () => (await answered()).length, PATIENT).toBe(3 * 20 * 12);
    expect(new Set(await answered())).toEqual(new Set([1]));
    expect(MEMORY.peak).toBeLessThanOrEqual(LIMITS.MAX_REQUEST_BYTES + LIMITS.MAX_DELIVERY_BYTES);
    await expect.poll(() => MEMORY.deliveries.bytes, PATIENT).toBe(0);
  }, 300_000);
});
