/**
 * `POST /v1/reseal`: after SECRETS_KEY was changed, seals every stored secret anew, some webhooks a call. `key_id` names
 * the key that is current where this runs, so that `npm run rotate-key` can wait until the new one is everywhere.
 *
 * The webhooks are those that KV lists, in its own order and with its own cursor, so there may be any number of them. KV's list may
 * lag a minute behind: whoever lets the previous key go makes a second pass, later than that.
 *
 * A webhook whose secrets do not open, or whose object does not answer, is named in `failed`; the others are sealed anew.
 */
import { Hono } from 'hono';
import { inTurns } from '../../in-turns';
import { err, ok, type Result } from '../../result';
import { resealed } from '../../subscriptions/resealing';
import type { SealingKeys } from '../../subscriptions/sealing';
import { idPage } from '../../subscriptions/store';
import { sealingKeys } from '../deployment';
import { type ApiError, problem } from '../problem';
import { wholeParameters } from '../query';
import { changeWebhook, findWebhook } from '../webhook-operations';

export const reseal = new Hono<{ Bindings: Env }>();

/** Webhooks of a call, at most: each is up to three calls of its object, within the 30 s of a request. */
const MAX_PAGE = 200;
/** Objects that are sealed anew at the same time. */
const AT_ONCE = 20;

reseal.post('/', async c => {
  const page = wholeParameters(c.req.query(), { limit: { min: 0, max: MAX_PAGE, fallback: 100 } });
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const keys = await sealingKeys(c.env);
  if (!keys.ok) return problem(keys.error);
  const key_id = keys.value.current.id;
  const { limit } = page.value;
  if (limit === 0) return c.json({ count: 0, checked: 0, next: null, key_id, failed: [] });
  const listed = await idPage(c.env.SUBSCRIPTIONS, c.req.query('after') ?? null, limit);
  if (!listed.ok) return problem({ reason: 'unavailable', cause: 'kv_unavailable' });
  const { ids, next } = listed.value;
  const now = Date.now();
  const failed: { webhook_id: number; reason: string }[] = [];
  let [count, checked] = [0, 0];
  await inTurns(ids, AT_ONCE, async id => {
    const sealed = await sealAnew(c.env, String(id), keys.value, now);
    // Deleted meanwhile: nothing is left to seal.
    if (!sealed.ok && sealed.error.reason === 'not_found') return;
    checked++;
    if (!sealed.ok) failed.push({ webhook_id: id, reason: sealed.error.reason });
    else if (sealed.value) count++;
  });
  failed.sort((a, b) => a.webhook_id - b.webhook_id);
  return c.json({ count, checked, next, key_id, failed });
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
