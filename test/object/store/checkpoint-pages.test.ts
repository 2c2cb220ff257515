/** A checkpoint too large for a row is stored in pages, of which only those that changed are written. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { type Checkpoint, encodeCheckpoint } from '../../../src/log/commit/checkpoint';
import { EMPTY_STATE } from '../../../src/log/commit/log-state';
import { storeCheckpoint, storedCheckpoint } from '../../../src/log/commit/stored-checkpoint';
import { createTables } from '../../../src/log/store/tables';
import { MAX_STORED_BYTES } from '../../../src/log/store/write';
import { startEpoch } from '../../../src/numbering/epoch';
import { EMPTY_TRACKER } from '../../../src/numbering/types';
import { range } from '../../support/sequence';

const FAR = 9_000_000_000_000_000;
const now = Date.UTC(2026, 10, 27);

/** An epoch with as many holes as there may be, of numbers as long as they may be. */
function holed(number: number, holes: number) {
  const arrival = { id: FAR, fingerprint: 'f'.repeat(32), eventTime: now, now };
  return {
    ...startEpoch(number, arrival, false),
    holes: range(1, holes).map(i => {
      const at = FAR - 3 * i;
      return { from: at, to: at + 1, missing: 2, detectedAt: now, status: 'uncertain' as const };
    }),
  };
}

const checkpointOf = (holes: number): Checkpoint => ({
  state: {
    ...EMPTY_STATE,
    lastSequence: 7,
    tracker: {
      ...EMPTY_TRACKER,
      current: holed(4, holes),
      earlierEpochs: [3, 2, 1].map(number => holed(number, holes)),
      lastEpoch: 4,
    },
    hold: { epoch: 4, frontier: FAR, held: [{ id: FAR, sequence: 7, until: now }] },
  },
  forgotten: [[1, 5]],
});

const inStore = (run: (sql: SqlStorage, storage: DurableObjectStorage) => void): Promise<void> =>
  runInDurableObject(env.WEBHOOKS.getByName(crypto.randomUUID()), (_object, { storage }) => {
    createTables(storage.sql);
    run(storage.sql, storage);
  });

/** The rows of the checkpoint, by name, with their sizes. */
const rowsOf = (sql: SqlStorage): Record<string, number> =>
  Object.fromEntries(
    sql
      .exec<{ name: string; bytes: number }>(
        "SELECT name, octet_length(value) AS bytes FROM state WHERE name GLOB 'checkpoint*'",
      )
      .toArray()
      .map(({ name, bytes }) => [name, bytes]),
  );

/** Rows written by `run`. */
function written(sql: SqlStorage, run: (counting: SqlStorage) => void): number {
  const cursors: { rowsWritten: number }[] = [];
  const exec = (query: string, ...bindings: SqlStorageValue[]) => {
    const cursor = sql.exec(query, ...bindings);
    cursors.push(cursor);
    return cursor;
  };
  run({ exec } as unknown as SqlStorage);
  return cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
}

it('four epochs with 10,000 holes each are read as they were stored, and no row is near 2 MB', () =>
  inStore(sql => {
    const saved = checkpointOf(10_000);
    expect(encodeCheckpoint(saved).length).toBeGreaterThan(MAX_STORED_BYTES);
    storeCheckpoint(sql, saved);
    expect(storedCheckpoint(sql)).toEqual(saved);
    const rows = rowsOf(sql);
    expect(Object.keys(rows)).toEqual([
      'checkpoint',
      ...['checkpoint/held', ...range(1, 4).map(number => `checkpoint/holes/${number}`)],
    ]);
    for (const bytes of Object.values(rows)) expect(bytes).toBeLessThan(MAX_STORED_BYTES / 2);
  }));

it('writes the page of the epoch that changed, and the head', () =>
  inStore(sql => {
    const saved = checkpointOf(10_000);
    expect(written(sql, counting => storeCheckpoint(counting, saved))).toBe(6);
    const { state } = saved;
    const next = { ...saved, state: { ...state, lastSequence: 8 } };
    expect(written(sql, counting => storeCheckpoint(counting, next))).toBe(1);
    const [, ...holes] = state.tracker.current?.holes ?? [];
    const current = { ...holed(4, 0), holes };
    const filled = { ...next, state: { ...next.state, tracker: { ...state.tracker, current } } };
    expect(written(sql, counting => storeCheckpoint(counting, filled))).toBe(2);
    expect(storedCheckpoint(sql)).toEqual(filled);
  }));

it('is one row again when it fits, and one row as ever when it always did', () =>
  inStore(sql => {
    const small = checkpointOf(10);
    expect(written(sql, counting => storeCheckpoint(counting, small))).toBe(1);
    storeCheckpoint(sql, checkpointOf(10_000));
    storeCheckpoint(sql, small);
    expect(Object.keys(rowsOf(sql))).toEqual(['checkpoint']);
    expect(storedCheckpoint(sql)).toEqual(small);
  }));

it('is not read without a page of it: no holes would be read as none missing', () =>
  inStore(sql => {
    storeCheckpoint(sql, checkpointOf(10_000));
    sql.exec("DELETE FROM state WHERE name = 'checkpoint/holes/2'");
    expect(() => storedCheckpoint(sql)).toThrow('holes/2');
  }));
