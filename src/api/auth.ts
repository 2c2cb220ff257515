/**
 * The guard in front of `/v1`: a bearer token, or nothing happens. Fails closed where the deployment has no
 * secrets.
 */
import { createMiddleware } from 'hono/factory';
import { addressOf, configurationProblem, judgeToken } from './admin-token';
import type { ApiEnv } from './context';
import { ADMIN } from './principal';
import { problem } from './problem';

/** Answers 503 when secrets are missing, 401 to a missing or wrong token, 429 to wrong ones over the limit. */
export const adminOnly = createMiddleware<ApiEnv>(async function adminOnly(c, next) {
  const detail = configurationProblem(c.env);
  if (detail !== null) return problem({ reason: 'not_configured', detail });

  const token = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1];
  if (token === undefined) return problem({ reason: 'unauthorized' });
  switch (await judgeToken(c.env, token, addressOf(c.req.raw))) {
    case 'wrong':
      return problem({ reason: 'unauthorized' });
    case 'wrong_and_limited':
      return problem({ reason: 'sign_ins_limited' });
    case 'right':
      c.set('principal', ADMIN);
      await next();
  }
});
