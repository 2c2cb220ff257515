/**
 * `POST /v1/reseal`: after SECRETS_KEY was changed, seals every stored secret anew, some webhooks a call. `key_id` names
 * the key that is current where this runs, so that `npm run rotate-key` can wait until the new one is everywhere.
 *
 * A webhook whose secrets do not open, or whose object does not answer, is named in `failed`; the others are sealed anew.
 */
import { Hono } from 'hono';
import { err, ok, type Result } from '../../result';
import { resealed } from '../../subscriptions/resealing';
import type { SealingKeys } from '../../subscriptions/sealing';
import { sealingKeys } from '../deployment';
import { type ApiError, problem } from '../problem';
import { wholeParameters } from '../query';
import { changeWebhook, findWebhook, listPage } from '../webhook-operations';

export const reseal = new Hono<{ Bindings: Env }>();

reseal.post('/', async c => {
  const page = wholeParameters(c.req.query(), {
    after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 },
    limit: { min: 1, max: 500, fallback: 100 },
  });
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const keys = await sealingKeys(c.env);
  if (!keys.ok) return problem(keys.error);
  const now = Date.now();
  const listing = await listPage(c.env, page.value, now);
  if (!listing.ok) return problem(listing.error);
  let count = 0;
  const failed: { webhook_id: number; reason: string }[] = [];
  for (const { id } of listing.value.records) {
    const sealed = await sealAnew(c.env, String(id), keys.value, now);
    if (sealed.ok) count += sealed.value ? 1 : 0;
    // Deleted meanwhile: nothing is left to seal.
    else if (sealed.error.reason !== 'not_found')
      failed.push({ webhook_id: id, reason: sealed.error.reason });
  }
  return c.json({ count, next: listing.value.next, key_id: keys.value.current.id, failed });
});

/** False when all of the webhook's secrets were sealed with the current key already. */
async function sealAnew(
  env: Env,
  idText: string,
  keys: SealingKeys,
  now: number,
): Promise<Result<boolean, ApiError>> {
  const current = await findWebhook(env, idText);
  if (!current.ok) return current;
  const due = await resealed(current.value, keys);
  if (!due.ok) return err({ reason: 'unreadable_secret' });
  if (due.value === null) return ok(false);
  const edit = async (
    record: typeof current.value,
  ): Promise<Result<{ record: typeof record; extra: null }, ApiError>> => {
    const next = await resealed(record, keys);
    return next.ok ? ok({ record: next.value ?? record, extra: null }) : err({ reason: 'unreadable_secret' });
  };
  const changed = await changeWebhook(env, idText, edit, now);
  return changed.ok ? ok(true) : changed;
}
