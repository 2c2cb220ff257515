import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { forget, recordFor, remember } from '../../../src/subscriptions/edge-cache';
import { deleteRecord, writeRecord } from '../../../src/subscriptions/store';
import { brokenKv, recordOf } from './records';

const kv = env.SUBSCRIPTIONS;

async function versionOf(id: number, now: number): Promise<number | null> {
  const record = await recordFor(kv, id, now);
  if (!record.ok) throw new Error(record.error);
  return record.value?.version ?? null;
}

describe('recordFor', () => {
  it('reads KV once per 10 seconds', async () => {
    await writeRecord(kv, recordOf(1, 1));
    expect(await versionOf(1, 0)).toBe(1);
    await writeRecord(kv, recordOf(1, 2));
    expect(await versionOf(1, 9_999)).toBe(1);
    expect(await versionOf(1, 10_000)).toBe(2);
  });

  it('does not remember a miss', async () => {
    expect(await versionOf(2, 0)).toBe(null);
    await writeRecord(kv, recordOf(2));
    expect(await versionOf(2, 1)).toBe(1);
  });

  it('keeps the higher of two versions', async () => {
    await writeRecord(kv, recordOf(3, 1));
    remember(recordOf(3, 5), 0);
    expect(await versionOf(3, 1)).toBe(5);
    expect(await versionOf(3, 20_000)).toBe(5);
    remember(recordOf(3, 4), 20_001);
    expect(await versionOf(3, 20_002)).toBe(5);
  });

  it('completes what an object of an earlier release hands over', () => {
    const { signature: _, ...earlier } = recordOf(5);
    expect(remember(earlier, 0)).toEqual(recordOf(5));
  });

  it('believes KV that a webhook is gone, and the object before KV', async () => {
    remember(recordOf(4, 9), 0);
    expect(await versionOf(4, 10_000)).toBe(null);
    await writeRecord(kv, recordOf(5));
    await versionOf(5, 0);
    await deleteRecord(kv, 5);
    forget(5);
    expect(await versionOf(5, 1)).toBe(null);
  });

  it('is bounded, and drops what was not used for longest', async () => {
    for (let id = 10_000; id < 10_500; id++) remember(recordOf(id), 0);
    expect(await versionOf(10_000, 1)).toBe(1);
    remember(recordOf(10_500), 0);
    expect(await versionOf(10_000, 1)).toBe(1);
    expect(await versionOf(10_001, 1)).toBe(null);
  });

  it('serves on while KV is down, and invents nothing', async () => {
    remember(recordOf(6), 0);
    expect(await recordFor(brokenKv, 6, 60_000)).toEqual({ ok: true, value: recordOf(6) });
    expect(await recordFor(brokenKv, 7, 0)).toEqual({ ok: false, error: 'unavailable' });
  });
});
