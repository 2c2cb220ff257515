/**
 * What REST and JSON-RPC do with webhooks: find, create, change, remove, list. Except for lists the webhook's object is
 * asked every time, so what this answers is never stale. Failures are values; an object that cannot be reached is
 * `unavailable`, never "not found".
 */

import { currentAct } from '../audit/acting';
import type { KeptAnswer } from '../log/contract/kept-answer';
import { objectOf, recordInObject } from '../log/stub';
import { err, ok, type Result } from '../result';
import { forget, remember } from '../subscriptions/edge-cache';
import { type Listing, listWebhooks, type Page } from '../subscriptions/listing';
import { addressesOf, type ObjectAddress } from '../subscriptions/placement';
import { noteChange } from '../subscriptions/recent';
import { newWebhook, type RevealedSecret } from '../subscriptions/record';
import { recordSizeProblem } from '../subscriptions/record-size';
import type { WebhookRecord } from '../subscriptions/webhook';
import { webhookIdOf } from '../subscriptions/webhook-id';
import type { WebhookInput } from '../subscriptions/webhook-input';
import { tokensOf } from '../where-is';
import { ask } from './ask';
import { makingAt } from './deployment';
import type { Precondition } from './preconditions';
import type { ApiError } from './problem';

/** How often one change is tried. A try is lost to another client that changed the webhook since it was read. */
const MAX_TRIES = 30;
/** Webhooks of one page, where all are read. */
const PAGE = 500;
/** Ids are 53 random bits: a second try is already unlikely. */
const MAX_IDS_TRIED = 3;

/** The record that the object of an id has, or null. @param addresses where it may be, if not everywhere */
export const recordOf = (
  env: Env,
  id: number,
  addresses?: readonly ObjectAddress[],
): Promise<Result<WebhookRecord | null, ApiError>> =>
  ask(() => recordInObject(env, id, addresses), { webhook_id: id });

/** The webhook as its object has it now. @param idText as in the address */
export async function findWebhook(env: Env, idText: string): Promise<Result<WebhookRecord, ApiError>> {
  const id = webhookIdOf(idText);
  if (id === null) return err({ reason: 'not_found', what: 'webhook' });
  const record = await recordOf(env, id);
  if (!record.ok) return record;
  return record.value === null ? err({ reason: 'not_found', what: 'webhook' }) : ok(record.value);
}

/** A new webhook under a random id. `isCopied`: whether KV has it, too. @param now ms since 1970 */
export async function createWebhook(
  env: Env,
  input: WebhookInput,
  createdBy: WebhookRecord['createdBy'],
  now: number,
): Promise<Result<{ record: WebhookRecord; revealed: RevealedSecret[]; isCopied: boolean }, ApiError>> {
  const making = await makingAt(env, now);
  if (!making.ok) return making;
  for (let tries = 0; tries < MAX_IDS_TRIED; tries++) {
    const made = await newWebhook(input, createdBy, making.value);
    const created = await ask(() => objectOf(env, made.record).create(made.record));
    if (!created.ok) return created;
    if (created.value === 'exists') continue;
    noteChange(made.record.id, made.record, now);
    remember(made.record, now);
    return ok({ ...made, isCopied: created.value === 'created' });
  }
  return err({ reason: 'conflict', detail: 'No free webhook id was found. Try again.' });
}

/** Conditions of a change, and what is stored in the same transaction. */
export type ChangeOptions = {
  /** From `If-Match`. */
  precondition?: Precondition;
  /** The answer to repeat, for requests with an Idempotency-Key. */
  kept?: KeptAnswer;
};

/** What a change makes of a webhook, and what it gives besides. */
export type Edit<T, E extends { reason: string } = never> = (
  record: WebhookRecord,
) => Promise<Result<{ record: WebhookRecord; extra: T }, ApiError | E>>;

/**
 * Reads, edits and replaces a webhook, and starts again when someone else changed it in between. `edit` may therefore run
 * several times; `extra` is what its last run gave.
 */
export async function changeWebhook<T, E extends { reason: string } = never>(
  env: Env,
  idText: string,
  edit: Edit<T, E>,
  now: number,
  { precondition = () => true, kept }: ChangeOptions = {},
): Promise<Result<{ record: WebhookRecord; extra: T }, ApiError | E>> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const current = await findWebhook(env, idText);
    if (!current.ok) return current;
    const { id, version, jurisdiction } = current.value;
    const edited = await edit(current.value);
    if (!edited.ok) return edited;
    // Judged after the edit, in which a request that was answered before, under its Idempotency-Key, gets that answer,
    // whatever the version is now.
    if (!precondition(version)) return err({ reason: 'precondition_failed' });
    const next = { ...edited.value.record, updatedAt: now };
    const tooLarge = recordSizeProblem(next);
    if (tooLarge !== null) return err({ reason: 'invalid', errors: [{ path: '', message: tooLarge }] });
    const replaced = await ask(() => objectOf(env, { id, jurisdiction }).replace(next, version, kept));
    if (!replaced.ok) return replaced;
    switch (replaced.value.kind) {
      case 'ok': {
        const { record } = replaced.value;
        noteChange(id, record, now);
        remember(record, now);
        return ok({ record, extra: edited.value.extra });
      }
      case 'gone':
        return err({ reason: 'not_found', what: 'webhook' });
      case 'conflict':
        continue;
    }
  }
  return err({ reason: 'conflict', detail: 'The webhook keeps being changed by someone else. Try again.' });
}

/**
 * Removes a webhook with all it stored, and the tokens for it. False: there was none. Tokens whose object cannot be reached are
 * left behind: they open nothing (`auth.ts`); then the deployment's audit log does not tell of it either.
 * @param version only in this version; undefined: in whichever
 */
export async function removeWebhook(
  env: Env,
  id: number,
  now: number,
  version?: number,
): Promise<Result<boolean, ApiError>> {
  const removed = await ask(async () => {
    for (const address of addressesOf(id)) {
      const answer = await objectOf(env, address).remove(version);
      if (answer !== false) return answer;
    }
    return false;
  });
  if (!removed.ok) return removed;
  if (removed.value === 'changed') return err({ reason: 'precondition_failed' });
  noteChange(id, null, now);
  forget(id);
  await ask(() => tokensOf(env).revokeOf(id, removed.value ? currentAct() : undefined));
  return ok(removed.value);
}

/** A page of the list. Changes that were made in another isolate may be missing for a minute. */
export async function listPage(env: Env, page: Page, now: number): Promise<Result<Listing, ApiError>> {
  const confirm = async (id: number): Promise<Result<WebhookRecord | null, 'unavailable'>> => {
    const record = await recordOf(env, id);
    return record.ok ? record : err('unavailable');
  };
  const listed = await listWebhooks(env.SUBSCRIPTIONS, confirm, page, now);
  return listed.ok ? listed : err({ reason: 'unavailable', cause: 'kv_unavailable' });
}

/**
 * Every webhook, as the list has them.
 * @param now ms since 1970
 * @param most stop after so many, those with the lowest ids
 */
export async function allWebhooks(
  env: Env,
  now: number,
  most = Number.POSITIVE_INFINITY,
): Promise<Result<WebhookRecord[], ApiError>> {
  const records: WebhookRecord[] = [];
  for (let after: number | null = 0; after !== null && records.length < most; ) {
    const page = await listPage(env, { after, limit: PAGE }, now);
    if (!page.ok) return page;
    records.push(...page.value.records);
    after = page.value.next;
  }
  return ok(records);
}
