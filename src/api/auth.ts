/**
 * The guard in front of `/v1` and `/metrics`: only a bearer token that may do what is asked gets past it. Where the deployment
 * has no secrets, nobody does.
 */
import { createMiddleware } from 'hono/factory';
import { err, ok, type Result } from '../result';
import { judgeApiToken } from '../tokens/judged';
import type { TokenRecord } from '../tokens/token';
import { addressOf, configurationProblem, judgeToken } from './admin-token';
import { bearerToken } from './bearer';
import type { ApiEnv } from './context';
import { ADMIN, principalOf, refusal } from './principal';
import { problem } from './problem';
import { recordOf } from './webhook-operations';

/**
 * The API token of this text; null where there is none, or where the webhook that it is for is no more. Another webhook may have
 * that one's id (`PUT /v1/config` makes the same again), so the token must not be older than the webhook.
 */
async function liveToken(env: Env, text: string): Promise<Result<TokenRecord | null, 'unavailable'>> {
  const token = await judgeApiToken(env, text, Date.now());
  if (!token.ok || token.value === null || token.value.webhookId === null) return token;
  const webhook = await recordOf(env, token.value.webhookId);
  if (!webhook.ok) return err('unavailable');
  return webhook.value !== null && webhook.value.createdAt <= token.value.createdAt ? token : ok(null);
}

/**
 * Answers 503 when secrets are missing, 401 to a missing or wrong token, 429 to wrong ones over the limit, and 403 to
 * what a token may not do.
 */
export const authorized = createMiddleware<ApiEnv>(async function authorized(c, next) {
  const detail = configurationProblem(c.env);
  if (detail !== null) return problem({ reason: 'not_configured', detail });

  const text = bearerToken(c.req.raw);
  if (text === null) return problem({ reason: 'unauthorized' });
  const token = await liveToken(c.env, text);
  if (!token.ok) return problem({ reason: 'unavailable', cause: 'token_not_judged' });
  if (token.value === null) {
    switch (await judgeToken(c.env, text, addressOf(c.req.raw))) {
      case 'wrong':
        return problem({ reason: 'unauthorized' });
      case 'wrong_and_limited':
        return problem({ reason: 'sign_ins_limited' });
      case 'right':
        break;
    }
  }
  const principal = token.value === null ? ADMIN : principalOf(token.value);
  const refused = refusal(principal, c.req.method, c.req.path);
  if (refused !== null) return problem({ reason: 'forbidden', detail: refused });
  c.set('principal', principal);
  await next();
});
