import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../../src/result';
import { listWebhooks } from '../../../src/subscriptions/listing';
import { noteChange } from '../../../src/subscriptions/recent';
import { deleteRecord, listIds, writeRecord } from '../../../src/subscriptions/store';
import type { WebhookRecord } from '../../../src/subscriptions/webhook';
import { brokenKv, recordOf } from './records';

const kv = env.SUBSCRIPTIONS;

/** Each test looks from a later time, when the changes of the ones before are no longer recent. */
let now = 0;
beforeEach(async () => {
  now += 1_000_000;
  const ids = await listIds(kv);
  if (ids.ok) await Promise.all(ids.value.map(id => deleteRecord(kv, id)));
});

async function listed(page = { after: 0, limit: 100 }, object: WebhookRecord | null = null) {
  const listing = await listWebhooks(kv, async () => ok(object), page, now);
  if (!listing.ok) throw new Error(listing.error);
  return {
    versions: listing.value.records.map(({ id, version }) => `${id}@${version}`),
    next: listing.value.next,
  };
}

describe('listWebhooks', () => {
  it('pages by id', async () => {
    await Promise.all([30, 4, 200].map(id => writeRecord(kv, recordOf(id))));
    expect(await listed({ after: 0, limit: 2 })).toEqual({ versions: ['4@1', '30@1'], next: 30 });
    expect(await listed({ after: 30, limit: 2 })).toEqual({ versions: ['200@1'], next: null });
    expect(await listed({ after: 200, limit: 2 })).toEqual({ versions: [], next: null });
  });

  it('shows what was just created here, if its object still has it', async () => {
    noteChange(7, recordOf(7), now);
    expect((await listed(undefined, recordOf(7, 3))).versions).toEqual(['7@3']);
    expect((await listed(undefined, null)).versions).toEqual([]);
  });

  it('shows what was just changed here, unless KV is newer', async () => {
    await Promise.all([recordOf(1, 1), recordOf(2, 9)].map(record => writeRecord(kv, record)));
    noteChange(1, recordOf(1, 2), now);
    noteChange(2, recordOf(2, 2), now);
    expect((await listed()).versions).toEqual(['1@2', '2@9']);
  });

  it('leaves out what was just deleted here', async () => {
    await writeRecord(kv, recordOf(5));
    noteChange(5, null, now);
    expect((await listed()).versions).toEqual([]);
  });

  it('forgets a change after three minutes', async () => {
    await writeRecord(kv, recordOf(6));
    noteChange(6, null, now);
    now += 180_000;
    expect((await listed()).versions).toEqual(['6@1']);
  });

  it('reports a KV that is down', async () => {
    const listing = await listWebhooks(brokenKv, async () => ok(null), { after: 0, limit: 1 }, now);
    expect(listing).toEqual({ ok: false, error: 'unavailable' });
  });
});
