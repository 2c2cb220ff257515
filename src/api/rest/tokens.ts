/** `/v1/tokens`: named tokens for programs. They may do less than the admin token, and only the admin token manages them. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { currentAct } from '../../audit/acting';
import { checked } from '../../input/checked';
import { about, fieldsOf, oneOf, text, wholeNumber } from '../../input/fields';
import { err, ok, type Result } from '../../result';
import { timeOrNull, timeText } from '../../time';
import { MAX_TOKENS } from '../../tokens/api-tokens';
import { forgetApiToken } from '../../tokens/judged';
import { newToken, type TokenRecord, tokenDigest } from '../../tokens/token';
import { tokensOf } from '../../where-is';
import { ask } from '../ask';
import { readJson } from '../body';
import { type ApiError, meantText, problem } from '../problem';
import { findAddressed } from '../webhook-names';

export const tokens = new Hono<{ Bindings: Env }>();

export const tokenSchema = fieldsOf({
  name: about('What the token is for.', text(100)),
  scope: about('`read`: every GET; `write`: changes, too.', v.optional(oneOf('read', 'write'), 'read')),
  webhook_id: about(
    'The one webhook that it is for: its id or its name. Null: all.',
    v.nullish(
      v.union(
        [wholeNumber(1, Number.MAX_SAFE_INTEGER), text(200)],
        'must be the id of a webhook, or its name',
      ),
      null,
    ),
  ),
});

function tokenView({ id, name, scope, webhookId, createdAt, lastUsedAt }: TokenRecord) {
  return {
    token_id: id,
    name,
    scope,
    webhook_id: webhookId,
    created_at: timeText(createdAt),
    last_used_at: timeOrNull(lastUsedAt),
  };
}

/** The webhook that a token is for, null where it is for all, and when that was made, ms since 1970. */
type ForWhich = { id: number | null; madeAt: number };

async function webhookOf(env: Env, given: number | string | null): Promise<Result<ForWhich, ApiError>> {
  if (given === null) return ok({ id: null, madeAt: 0 });
  const webhook = await findAddressed(env, String(given));
  if (webhook.ok) return ok({ id: webhook.value.id, madeAt: webhook.value.createdAt });
  if (webhook.error.reason !== 'not_found') return webhook;
  const message = `names no webhook${meantText(webhook.error.meant ?? [])}`;
  return err({ reason: 'invalid', errors: [{ path: '/webhook_id', message }] });
}

tokens.post('/', async c => {
  if (c.req.header('Idempotency-Key') !== undefined) {
    const message =
      'is not taken here: a token is shown once; revoke one whose answer was lost, and make another';
    return problem({ reason: 'invalid', errors: [{ path: 'header:Idempotency-Key', message }] });
  }
  const given = await readJson(c.req.raw);
  if (!given.ok) return problem(given.error);
  const input = checked(tokenSchema, given.value);
  if (!input.ok) return problem({ reason: 'invalid', errors: input.error });
  const { name, scope } = input.value;
  const webhook = await webhookOf(c.env, input.value.webhook_id);
  if (!webhook.ok) return problem(webhook.error);
  const { id, text: secret } = newToken(bytes => crypto.getRandomValues(new Uint8Array(bytes)));
  const { id: webhookId, madeAt } = webhook.value;
  const createdAt = Math.max(Date.now(), madeAt);
  const token: TokenRecord = { id, name, scope, webhookId, createdAt, lastUsedAt: null };
  const digest = await tokenDigest(secret);
  const added = await ask(() => tokensOf(c.env).add(token, digest, currentAct()));
  if (!added.ok) return problem(added.error);
  if (added.value !== 'added') {
    const detail = added.value === 'full' ? `There are ${MAX_TOKENS} tokens already.` : 'Try again.';
    return problem({ reason: 'conflict', detail });
  }
  return c.json({ ...tokenView(token), token: secret }, 201);
});

tokens.get('/', async c => {
  const list = await ask(async () => tokensOf(c.env).list());
  return list.ok ? c.json({ tokens: list.value.map(tokenView) }) : problem(list.error);
});

tokens.delete('/:token_id', async c => {
  const id = c.req.param('token_id');
  const revoked = await ask(async () => tokensOf(c.env).revoke(id, currentAct()));
  if (!revoked.ok) return problem(revoked.error);
  forgetApiToken(id);
  return revoked.value ? c.body(null, 204) : problem({ reason: 'not_found', what: 'token' });
});
