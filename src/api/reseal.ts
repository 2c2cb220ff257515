/**
 * `POST /v1/reseal`: after SECRETS_KEY was changed, seals every stored secret anew, some webhooks a call. `key_id` names
 * the key that is current where this runs, so that `npm run rotate-key` can wait until the new one is everywhere.
 */
import { Hono } from 'hono';
import { err, ok } from '../result';
import { resealed } from '../subscriptions/resealing';
import { sealingKeys } from './deployment';
import { changeWebhook, findWebhook, listPage } from './manage';
import { problem } from './problem';
import { wholeParameters } from './query';

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
  for (const { id } of listing.value.records) {
    const current = await findWebhook(c.env, String(id));
    if (!current.ok) {
      if (current.error.reason === 'not_found') continue;
      return problem(current.error);
    }
    const due = await resealed(current.value, keys.value);
    if (!due.ok) return problem({ reason: 'unreadable_secret' });
    if (due.value === null) continue;
    const changed = await changeWebhook(
      c.env,
      String(id),
      async record => {
        const next = await resealed(record, keys.value);
        if (!next.ok) return err({ reason: 'unreadable_secret' });
        return ok({ record: next.value ?? record, extra: null });
      },
      now,
    );
    if (!changed.ok) return problem(changed.error);
    count++;
  }
  return c.json({ count, next: listing.value.next, key_id: keys.value.current.id });
});
