/**
 * Webhook records in the memory of one isolate, so that a stream of events reads KV once per 10 seconds and not
 * once per event. Bounded; a miss is never remembered; of two versions the higher stays, because KV may answer with
 * an older one than the object has already handed out.
 *
 * Reads of one id that run at the same time are not joined: a request must not wait for another request's I/O.
 */
import { keep } from '../bounded-map';
import { ok, type Result } from '../result';
import { findRecord, type StoreFailure } from './store';
import { completed, type StoredRecord } from './stored-record';
import type { WebhookRecord } from './webhook';

const FRESH_MS = 10_000;
const MAX_RECORDS = 500;

/** In the order of last use; `readAt` is ms since 1970. */
const cache = new Map<number, { record: WebhookRecord; readAt: number }>();

/**
 * The record of a webhook, at most 10 s older than KV's; null where there is none. While KV fails, the one cached
 * serves on.
 * @param now ms since 1970
 */
export async function recordFor(
  kv: KVNamespace,
  id: number,
  now: number,
): Promise<Result<WebhookRecord | null, StoreFailure>> {
  const cached = cache.get(id);
  if (cached !== undefined && Math.abs(now - cached.readAt) < FRESH_MS) {
    cache.delete(id);
    cache.set(id, cached);
    return ok(cached.record);
  }
  const read = await findRecord(kv, id);
  // The object judges every event again, so an old record is safe; refusing events because KV is down is not needed.
  if (!read.ok) return read.error === 'unavailable' && cached !== undefined ? ok(cached.record) : read;
  if (read.value === null) {
    cache.delete(id);
    return read;
  }
  return ok(kept(read.value, now));
}

/**
 * Takes a record that came from the webhook's object; gives back the newest known. While a release is rolled out the object may
 * still run the one before: what the record lacks has its defaults. @param now ms since 1970
 */
export function remember(record: StoredRecord, now: number): WebhookRecord {
  return kept(completed(record), now);
}

function kept(record: WebhookRecord, now: number): WebhookRecord {
  const known = cache.get(record.id)?.record;
  const newest = known !== undefined && isNewer(known, record) ? known : record;
  keep(cache, record.id, { record: newest, readAt: now }, MAX_RECORDS);
  return newest;
}

/** An id may have had a webhook before, deleted since: its versions count for nothing. */
export const isNewer = (a: WebhookRecord, b: WebhookRecord): boolean =>
  a.createdAt === b.createdAt ? a.version > b.version : a.createdAt > b.createdAt;

/** For a webhook that the object says is gone. */
export function forget(id: number): void {
  cache.delete(id);
}
