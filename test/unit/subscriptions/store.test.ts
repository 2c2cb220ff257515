import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  deleteRecord,
  findRecord,
  findRecords,
  listIds,
  writeRecord,
} from '../../../src/subscriptions/store';
import { brokenKv, recordOf } from './records';

const kv = env.SUBSCRIPTIONS;

describe('the KV copy', () => {
  it('gives back what was written', async () => {
    const record = recordOf(11);
    expect(await writeRecord(kv, record)).toEqual({ ok: true, value: undefined });
    expect(await findRecord(kv, 11)).toEqual({ ok: true, value: record });
    await deleteRecord(kv, 11);
    expect(await findRecord(kv, 11)).toEqual({ ok: true, value: null });
  });

  it.each([
    'no json',
    '[]',
    'null',
    '{}',
    JSON.stringify(recordOf(13)),
    JSON.stringify({ ...recordOf(12), format: 2 }),
    JSON.stringify({ ...recordOf(12), secrets: undefined }),
  ])('calls a foreign value corrupt, never missing: %s', async value => {
    await kv.put('webhook:12', value);
    expect(await findRecord(kv, 12)).toEqual({ ok: false, error: 'corrupt' });
    expect(await findRecords(kv, [12])).toEqual({ ok: true, value: [] });
    await kv.delete('webhook:12');
  });

  it('lists ids by number, beyond one bulk read', async () => {
    const ids = Array.from({ length: 130 }, (_, i) => 1000 - i);
    await Promise.all(ids.map(id => writeRecord(kv, recordOf(id))));
    const ascending = ids.toReversed();
    const listed = await listIds(kv);
    expect(listed.ok && listed.value.filter(id => id > 870)).toEqual(ascending);
    const read = await findRecords(kv, ascending);
    expect(read.ok && read.value.map(({ id }) => id)).toEqual(ascending);
    await Promise.all(ids.map(id => deleteRecord(kv, id)));
  });

  it('reports a KV that is down as a value', async () => {
    const unavailable = { ok: false, error: 'unavailable' };
    expect(await findRecord(brokenKv, 1)).toEqual(unavailable);
    expect(await writeRecord(brokenKv, recordOf(1))).toMatchObject({ ok: false, error: { name: 'Error' } });
    expect(await deleteRecord(brokenKv, 1)).toMatchObject({ ok: false, error: { name: 'Error' } });
    expect(await listIds(brokenKv)).toEqual(unavailable);
    expect(await findRecords(brokenKv, [1])).toEqual(unavailable);
  });
});
