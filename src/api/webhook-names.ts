/**
 * Webhooks by their names, in addresses: whatever takes `{webhook_id}` takes a name too. An id costs what it always did. A name is
 * looked for in the list, and remembered; what it leads to is always asked of the webhook's object, so it is never another webhook.
 *
 * Not promised: that a webhook is found by a name it got within the last minute in another place, or that nobody else got the same
 * name at that moment, because the list is KV's. Two that share a name are told by their ids. Who has a token for one webhook does
 * not get here with a name (`principal.ts`), and so learns no other's.
 */
import { keep } from '../bounded-map';
import { nearest } from '../input/nearest';
import { err, ok, type Result } from '../result';
import { isSameName } from '../subscriptions/names';
import type { WebhookRecord } from '../subscriptions/webhook';
import { webhookIdOf } from '../subscriptions/webhook-id';
import type { ApiError } from './problem';
import {
  allWebhooks,
  type ChangeOptions,
  changeWebhook,
  type Edit,
  findWebhook,
  recordOf,
} from './webhook-operations';

/** Longest name there is. */
const MAX_NAME_CHARACTERS = 200;
/** Webhooks among which a name is looked for, those with the lowest ids: KV allows so many reads a request. */
const MAX_LOOKED_AT = 5000;
/** How long a name is remembered: until then one that two webhooks share may still mean the first. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 1000;

const remembered = new Map<string, { id: number; at: number }>();

/** The webhook that an address names, as its object has it now. @param text its id or its name, decoded */
export async function findAddressed(env: Env, text: string): Promise<Result<WebhookRecord, ApiError>> {
  if (webhookIdOf(text) !== null) return findWebhook(env, text);
  const nothing = { reason: 'not_found', what: 'webhook' } as const;
  // A number that is no id is no name either.
  if (/^\d*$/.test(text) || text.length > MAX_NAME_CHARACTERS) return err(nothing);
  const now = Date.now();
  const before = remembered.get(text);
  if (before !== undefined && now - before.at < REMEMBERED_MS) {
    const record = await recordOf(env, before.id);
    if (!record.ok) return record;
    if (record.value !== null && isSameName(record.value.name, text)) return ok(record.value);
  }
  const listed = await allWebhooks(env, now, MAX_LOOKED_AT);
  if (!listed.ok) return listed;
  const holders = await holdersOf(env, text, listed.value);
  if (!holders.ok) return holders;
  const [record, ...others] = holders.value;
  if (record === undefined) {
    const names = listed.value.flatMap(({ name }) => (name === null ? [] : [name]));
    return err({ ...nothing, meant: nearest(text, names) });
  }
  if (others.length > 0) {
    const ids = holders.value.map(({ id }) => id).join(', ');
    return err({ reason: 'conflict', detail: `Several webhooks have this name: give an id, one of ${ids}.` });
  }
  keep(remembered, text, { id: record.id, at: now }, MAX_REMEMBERED);
  return ok(record);
}

/** As `changeWebhook`, for what an address names. */
export async function changeAddressed<T, E extends { reason: string } = never>(
  env: Env,
  text: string,
  edit: Edit<T, E>,
  now: number,
  options: ChangeOptions = {},
): Promise<Result<{ record: WebhookRecord; extra: T }, ApiError | E>> {
  if (webhookIdOf(text) !== null) return changeWebhook(env, text, edit, now, options);
  const record = await findAddressed(env, text);
  return record.ok ? changeWebhook(env, String(record.value.id), edit, now, options) : record;
}

/**
 * Refuses a name that another webhook has, as far as that can be known. Costs a list of all webhooks.
 * @param id the webhook that is to have it; null for one to be made
 * @param now ms since 1970
 */
export async function freeName(
  env: Env,
  name: string | null,
  id: number | null,
  now: number,
): Promise<Result<void, ApiError>> {
  if (name === null) return ok(undefined);
  const listed = await allWebhooks(env, now, MAX_LOOKED_AT);
  if (!listed.ok) return listed;
  const holders = await holdersOf(
    env,
    name,
    listed.value.filter(other => other.id !== id),
  );
  if (!holders.ok) return holders;
  const [holder] = holders.value;
  if (holder === undefined) return ok(undefined);
  return err({
    reason: 'invalid',
    errors: [{ path: '/name', message: `is the name of webhook ${holder.id}` }],
  });
}

/** Those of a list that have the name now: the list may be a minute old. */
async function holdersOf(
  env: Env,
  name: string,
  listed: readonly WebhookRecord[],
): Promise<Result<WebhookRecord[], ApiError>> {
  const holders: WebhookRecord[] = [];
  for (const { id } of listed.filter(record => isSameName(record.name, name))) {
    const record = await recordOf(env, id);
    if (!record.ok) return record;
    if (record.value !== null && isSameName(record.value.name, name)) holders.push(record.value);
  }
  return ok(holders);
}
