/** How often the database is asked for its size, which costs as much as an event. What happens when it is full is tested with real ones. */
import { describe, expect, it } from 'vitest';
import type { LiveWebhook } from '../../../src/log/live-webhook';
import { StorageWatch } from '../../../src/log/storage-watch';
import { webhookRecord } from '../../support/webhook-record';

const KIB = 1024;
const MIB = 1024 * KIB;
/** What is counted for an event besides its body. */
const OVERHEAD = 4 * KIB;

/** A database of a size that the test sets, whose limit is reached by nothing else. */
function watched(limitBytes: number, usedBytes: number) {
  const state = { usedBytes, asked: 0 };
  const sql = {
    get databaseSize() {
      state.asked++;
      return state.usedBytes;
    },
  };
  const means = { storage: { sql }, storageLimit: limitBytes, clock: { now: () => 0 } };
  const live = { webhook: webhookRecord({ whenFull: 'refuse' }) };
  const watch = new StorageWatch(
    means as unknown as ConstructorParameters<typeof StorageWatch>[0],
    live as unknown as LiveWebhook,
  );
  return {
    state,
    takes: (...bytes: number[]) => watch.hasRoom(bytes.map(size => ({ body: new Uint8Array(size) }))),
  };
}

describe('the size of the storage', () => {
  it('is asked for once for many events while little of it is used', () => {
    const { state, takes } = watched(10 * 1024 * MIB, MIB);
    for (let event = 0; event < 500; event++) expect(takes(KIB)).toBe(true);
    expect(state.asked).toBeLessThan(10);
  });

  it('is asked for with every batch near the limit, so that no event goes beyond', () => {
    const { state, takes } = watched(100 * MIB, 91 * MIB);
    for (let event = 0; event < 10; event++) expect(takes(KIB)).toBe(true);
    expect(state.asked).toBeGreaterThanOrEqual(10);
    state.usedBytes = 98 * MIB;
    expect(takes(KIB)).toBe(false);
  });

  it('is never unknown for more than a part of what is left, whatever comes', () => {
    const limit = 4 * MIB;
    const { state, takes } = watched(limit, 0);
    for (let event = 0; event < 10_000; event++) {
      const size = (event * 7919) % (64 * KIB);
      if (!takes(size)) break;
      // As if each event took all that is counted for it.
      state.usedBytes += size + OVERHEAD;
      expect(state.usedBytes).toBeLessThanOrEqual(limit);
    }
    expect(state.usedBytes).toBeGreaterThan(0.95 * limit);
  });
});
