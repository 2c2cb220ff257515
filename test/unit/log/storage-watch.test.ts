/** How full a storage is, as it is measured now and then: how seldom, and how soon it is noticed all the same. */
import { expect, it } from 'vitest';
import { StorageWatch } from '../../../src/log/storage-watch';
import { webhookRecord } from '../../support/webhook-record';

const LIMIT = 10_000_000_000;
const HOUR_MS = 3_600_000;

/** A watch over a storage of which the test says how much is used. */
function watched(usedBytes: number, storageLevel = 0, storageLimit = LIMIT) {
  const seen = { asked: 0, told: [] as number[], usedBytes, now: 1_700_000_000_000 };
  const sql = {
    get databaseSize() {
      seen.asked++;
      return seen.usedBytes;
    },
  };
  const log = {
    state: { storageLevel },
    tellStorage: (size: { usedBytes: number }) => seen.told.push(size.usedBytes),
  };
  type Means = ConstructorParameters<typeof StorageWatch>;
  const means = { storage: { sql }, storageLimit, clock: { now: () => seen.now } };
  const live = { webhook: webhookRecord({ whenFull: 'refuse' }), log, forwarding: {} };
  const watch = new StorageWatch(means as unknown as Means[0], live as unknown as Means[1]);
  /** What a commit of one event does. */
  const commit = () => {
    expect(watch.hasRoom([{ body: new Uint8Array(1000) }])).toBe(true);
    watch.look();
  };
  return { seen, commit, watch };
}

it('asks the database once for many events', () => {
  const { seen, commit } = watched(LIMIT / 2);
  commit();
  const once = seen.asked;
  for (let i = 0; i < 500; i++) commit();
  expect(seen.asked).toBe(once);
});

it('notices with the next event what came of itself: deliveries, replays, or an erasure', () => {
  const grown = watched(LIMIT * 0.6);
  grown.commit();
  grown.seen.usedBytes = LIMIT * 0.75;
  grown.seen.now += HOUR_MS;
  grown.commit();
  expect(grown.seen.told).toEqual([LIMIT * 0.75]);

  const erased = watched(LIMIT * 0.75, 70);
  erased.commit();
  erased.seen.usedBytes = LIMIT * 0.5;
  erased.seen.now += HOUR_MS;
  erased.commit();
  expect(erased.seen.told).toEqual([LIMIT * 0.5]);
});

it('knows how full it is when the first that happens after a start is no event', () => {
  const { seen, watch } = watched(LIMIT * 0.75);
  watch.look();
  expect(seen.told).toEqual([LIMIT * 0.75]);
  const known = watched(LIMIT * 0.75, 70);
  known.watch.look();
  expect(known.seen.told).toEqual([]);
});

it('tells of events that fill it up at once, though none is taken after them', () => {
  const { seen, watch } = watched(3_000_000, 0, 5_000_000);
  expect(watch.hasRoom([{ body: new Uint8Array(1_900_000) }])).toBe(true);
  seen.usedBytes = 4_950_000;
  watch.look();
  expect(seen.told).toEqual([4_950_000]);
  expect(watch.hasRoom([{ body: new Uint8Array(10) }])).toBe(false);
});

it('asks with every batch near the limit', () => {
  const { seen, commit } = watched(LIMIT * 0.91, 90);
  commit();
  const once = seen.asked;
  for (let i = 0; i < 10; i++) commit();
  expect(seen.asked).toBeGreaterThanOrEqual(once + 10);
});

it('lets no event go beyond a small limit, whatever comes', () => {
  const limit = 4 * 1024 * 1024;
  const { seen, watch } = watched(0, 0, limit);
  for (let event = 0; event < 10_000; event++) {
    const size = (event * 7919) % (64 * 1024);
    if (!watch.hasRoom([{ body: new Uint8Array(size) }])) break;
    // As if each event took all that is counted for it.
    seen.usedBytes += size + 4096;
    expect(seen.usedBytes).toBeLessThanOrEqual(limit);
  }
  expect(seen.usedBytes).toBeGreaterThan(0.95 * limit);
});
