/**
 * The guard in front of `/v1` and `/metrics`: only a bearer token that may do what is asked gets past it, and whoever has signed in
 * at the page with such a token. Where the deployment has no secrets, nobody does.
 */
import { createMiddleware } from 'hono/factory';
import { err, ok, type Result } from '../result';
import { addressOf, configurationProblem } from './admin-token';
import { bearerToken } from './bearer';
import type { ApiEnv } from './context';
import { principalOfToken } from './credentials';
import { forWhom } from './on-behalf';
import { type Principal, refusal } from './principal';
import { type ApiError, problem } from './problem';

/**
 * Answers 503 when secrets are missing, 401 to a missing or wrong token, 429 to wrong ones over the limit, and 403 to
 * what a token may not do.
 */
export const authorized = createMiddleware<ApiEnv>(async function authorized(c, next) {
  const detail = configurationProblem(c.env);
  if (detail !== null) return problem({ reason: 'not_configured', detail });
  const principal = await whoAsks(c.env, c.req.raw);
  if (!principal.ok) return problem(principal.error);
  const refused = refusal(principal.value, c.req.method, c.req.path);
  if (refused !== null) return problem({ reason: 'forbidden', detail: refused });
  c.set('principal', principal.value);
  await next();
});

async function whoAsks(env: Env, request: Request): Promise<Result<Principal, ApiError>> {
  const known = forWhom(request);
  if (known !== null) return ok(known.principal);
  const text = bearerToken(request);
  if (text === null) return err({ reason: 'unauthorized', token: 'none' });
  return principalOfToken(env, text, addressOf(request));
}
