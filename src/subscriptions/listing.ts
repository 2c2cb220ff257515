/**
 * The list of webhooks: KV's, with this isolate's own recent changes laid over it (`recent.ts`), so that a client
 * sees what it has just created, changed or deleted. A webhook that KV does not list is shown only after its object has
 * confirmed that it still exists.
 */
import { ok, type Result } from '../result';
import { recentChanges } from './recent';
import { findRecords, listIds } from './store';
import type { WebhookRecord } from './webhook';

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
  const records: WebhookRecord[] = [];
  for (const id of wanted) {
    const stored = found.get(id);
    const changed = recent.get(id) ?? undefined;
    if (changed !== undefined && !inKv.has(id)) {
      const confirmed = await confirm(id);
      if (!confirmed.ok) return confirmed;
      if (confirmed.value !== null) records.push(confirmed.value);
      continue;
    }
    const newest = changed !== undefined && changed.version > (stored?.version ?? 0) ? changed : stored;
    if (newest !== undefined) records.push(newest);
  }
  return ok({ records, next: ids.length > wanted.length ? (wanted.at(-1) ?? null) : null });
}
