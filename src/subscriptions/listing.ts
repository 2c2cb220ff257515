/**
 * The list of webhooks: KV's, with this isolate's own recent changes laid over it (`recent.ts`), so that a client
 * sees what it has just created, changed or deleted. A webhook that KV does not list is shown only after its object has
 * confirmed that it still exists.
 */
import { inTurns } from '../in-turns';
import { err, ok, type Result } from '../result';
import { recentChanges } from './recent';
import { findRecords, listIds } from './store';
import type { WebhookRecord } from './webhook';

/** Objects that are asked at the same time. */
const CONFIRMED_AT_ONCE = 40;

export type Page = { after: number; limit: number };
export type Listing = { records: WebhookRecord[]; next: number | null };

/**
 * One page, ascending by id. `next` is the `after` of the next page, null at the end.
 * @param confirm asks the webhook's object; null: it is gone
 * @param now ms since 1970
 */
export async function listWebhooks(
  kv: KVNamespace,
  confirm: (id: number) => Promise<Result<WebhookRecord | null, 'unavailable'>>,
  page: Page,
  now: number,
): Promise<Result<Listing, 'unavailable'>> {
  const listed = await listIds(kv);
  if (!listed.ok) return listed;
  const recent = recentChanges(now);
  const ids = [...new Set([...listed.value, ...recent.keys()])]
    .filter(id => id > page.after && recent.get(id) !== null)
    .sort((a, b) => a - b);
  const wanted = ids.slice(0, page.limit);

  const read = await findRecords(kv, wanted);
  if (!read.ok) return read;
  const found = new Map(read.value.map(record => [record.id, record]));
  const inKv = new Set(listed.value);
  // Asked together: after many changes at once, one after the other would take longer than who reads the list waits.
  const unlisted = wanted.filter(id => (recent.get(id) ?? null) !== null && !inKv.has(id));
  const confirmed = new Map<number, WebhookRecord | null>();
  let unavailable = false;
  await inTurns(unlisted, CONFIRMED_AT_ONCE, async id => {
    const answer = await confirm(id);
    if (answer.ok) confirmed.set(id, answer.value);
    else unavailable = true;
  });
  if (unavailable) return err('unavailable');
  const records: WebhookRecord[] = [];
  for (const id of wanted) {
    const stored = found.get(id);
    const changed = recent.get(id) ?? undefined;
    const newest = changed !== undefined && changed.version > (stored?.version ?? 0) ? changed : stored;
    const shown = confirmed.has(id) ? confirmed.get(id) : newest;
    if (shown !== undefined && shown !== null) records.push(shown);
  }
  return ok({ records, next: ids.length > wanted.length ? (wanted.at(-1) ?? null) : null });
}
