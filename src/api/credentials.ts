/**
 * Who a token stands for: the operator, or an API token with what it may do. The API asks with every request; the page asks once,
 * when somebody signs in, and then whether what they signed in with still stands.
 */
import { err, ok, type Result } from '../result';
import { apiTokenOfId, judgeApiToken } from '../tokens/judged';
import type { TokenRecord } from '../tokens/token';
import { judgeToken } from './admin-token';
import { ADMIN, type Principal, principalOf } from './principal';
import type { ApiError } from './problem';
import { recordOf } from './webhook-operations';

/**
 * Judges the text of a token.
 * @param address the client's, by which wrong tokens are counted
 */
export async function principalOfToken(
  env: Env,
  text: string,
  address: string,
): Promise<Result<Principal, ApiError>> {
  const token = await live(env, await judgeApiToken(env, text, Date.now()));
  if (!token.ok) return token;
  if (token.value !== null) return ok(principalOf(token.value));
  switch (await judgeToken(env, text, address)) {
    case 'right':
      return ok(ADMIN);
    case 'wrong':
      return err({ reason: 'unauthorized', token: 'refused' });
    case 'wrong_and_limited':
      return err({ reason: 'sign_ins_limited' });
  }
}

/** Whom `Principal.id` names now; null where the token was revoked. The admin's does not end with its id. */
export async function principalOfId(env: Env, id: string): Promise<Result<Principal | null, ApiError>> {
  if (id === ADMIN.id) return ok(ADMIN);
  const token = await live(env, await apiTokenOfId(env, id, Date.now()));
  if (!token.ok) return token;
  return ok(token.value === null ? null : principalOf(token.value));
}

/**
 * The token, unless the webhook that it is for is no more. Another webhook may have that one's id (`PUT /v1/config` makes the
 * same again), so the token must not be older than the webhook.
 */
async function live(
  env: Env,
  token: Result<TokenRecord | null, 'unavailable'>,
): Promise<Result<TokenRecord | null, ApiError>> {
  if (!token.ok) return err({ reason: 'unavailable', cause: 'token_not_judged' });
  if (token.value === null || token.value.webhookId === null) return token;
  const webhook = await recordOf(env, token.value.webhookId);
  if (!webhook.ok) return err({ reason: 'unavailable', cause: 'token_not_judged' });
  return ok(webhook.value !== null && webhook.value.createdAt <= token.value.createdAt ? token.value : null);
}
