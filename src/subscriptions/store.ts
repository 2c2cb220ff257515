/**
 * The copy of webhook records in KV, for the edge and for lists. The webhook's object is the only writer, and is asked where
 * a record must not be a minute old. Every failure of KV is a value, and so is an answer that takes too long.
 *
 * Not promised: that a record written is read, or one deleted is gone, sooner than KV's cache lets go (up to 60 s
 * elsewhere).
 */
import { answerOfKv } from '../answer-of-kv';
import { errorFields } from '../error-name';
import { err, ok, type Result } from '../result';
import { readRecord } from './stored-record';
import type { WebhookRecord } from './webhook';

export type StoreFailure = 'unavailable' | 'corrupt';
/** What KV said, for the log. */
export type WriteFailure = { name: string; message: string };

/** Stable across versions. */
const PREFIX = 'webhook:';
const keyOf = (id: number) => `${PREFIX}${id}`;

/** Seconds a KV read may be served from the colo's cache: the shortest that KV allows. */
export const CACHE_TTL_SECONDS = 30;
/** How long a record is waited for, as its provider waits meanwhile. */
const RECORD_MS = 3000;
/** Keys of one bulk read, by KV's limit. */
const BULK = 100;
/** Webhooks that one list looks at: KV allows 1,000 operations per request, lists come in thousands. */
const MAX_LISTED = 100_000;

/** The record of this webhook in a text. */
function parseRecord(text: string, id: number): WebhookRecord | null {
  const record = readRecord(text);
  return record?.id === id ? record : null;
}

/**
 * The record, or null where KV has none. `unavailable`: KV failed, or has not answered in 3 s; `corrupt`: there is something else
 * under the key.
 */
export async function findRecord(
  kv: KVNamespace,
  id: number,
): Promise<Result<WebhookRecord | null, StoreFailure>> {
  try {
    const text = await answerOfKv(kv.get(keyOf(id), { cacheTtl: CACHE_TTL_SECONDS }), RECORD_MS);
    if (text === null) return ok(null);
    const record = parseRecord(text, id);
    return record === null ? err('corrupt') : ok(record);
  } catch {
    return err('unavailable');
  }
}

export async function writeRecord(
  kv: KVNamespace,
  record: WebhookRecord,
): Promise<Result<void, WriteFailure>> {
  return attempt(() => kv.put(keyOf(record.id), JSON.stringify(record)));
}

export async function deleteRecord(kv: KVNamespace, id: number): Promise<Result<void, WriteFailure>> {
  return attempt(() => kv.delete(keyOf(id)));
}

async function attempt(write: () => Promise<void>): Promise<Result<void, WriteFailure>> {
  try {
    return ok(await write());
  } catch (error) {
    return err(errorFields(error));
  }
}

/** The ids of all webhooks, a thousand at a time, in KV's order. Throws what KV throws, also where it takes too long. */
export async function* eachId(kv: KVNamespace): AsyncGenerator<number[]> {
  let cursor: string | null = null;
  do {
    const page: KVNamespaceListResult<unknown> = await answerOfKv(kv.list({ prefix: PREFIX, cursor }));
    yield idsOf(page);
    cursor = page.list_complete ? null : page.cursor;
  } while (cursor !== null);
}

export type IdPage = { ids: number[]; next: string | null };

/** At most so many ids in KV's order, from where an earlier page ended; null for the start. However many there are. */
export async function idPage(
  kv: KVNamespace,
  after: string | null,
  limit: number,
): Promise<Result<IdPage, 'unavailable'>> {
  try {
    const page = await answerOfKv(kv.list({ prefix: PREFIX, cursor: after, limit }));
    return ok({ ids: idsOf(page), next: page.list_complete ? null : page.cursor });
  } catch {
    return err('unavailable');
  }
}

const idsOf = ({ keys }: KVNamespaceListResult<unknown>): number[] =>
  keys.map(({ name }) => Number(name.slice(PREFIX.length))).filter(Number.isSafeInteger);

/** The ids of all webhooks, ascending; at most 100,000. */
export async function listIds(kv: KVNamespace): Promise<Result<number[], 'unavailable'>> {
  const ids: number[] = [];
  try {
    for await (const page of eachId(kv)) {
      ids.push(...page);
      if (ids.length >= MAX_LISTED) break;
    }
  } catch {
    return err('unavailable');
  }
  return ok(ids.sort((a, b) => a - b));
}

/** The records of these ids, in their order; ids that have none, or a corrupt one, are left out. */
export async function findRecords(
  kv: KVNamespace,
  ids: readonly number[],
): Promise<Result<WebhookRecord[], 'unavailable'>> {
  const records: WebhookRecord[] = [];
  try {
    for (let start = 0; start < ids.length; start += BULK) {
      const chunk = ids.slice(start, start + BULK);
      const texts = await answerOfKv(kv.get(chunk.map(keyOf), { cacheTtl: CACHE_TTL_SECONDS }));
      for (const id of chunk) {
        const record = parseRecord(texts.get(keyOf(id)) ?? '', id);
        if (record !== null) records.push(record);
      }
    }
  } catch {
    return err('unavailable');
  }
  return ok(records);
}
