/** `GET /v1/status`: all webhooks at a glance. */
import { Hono } from 'hono';
import { PLATFORM_CLOCK } from '../../clock';
import type { ApiEnv } from '../context';
import { overview as overviewOf } from '../overview';
import { problem } from '../problem';
import { wholeParameters } from '../query';
import { MAX_REPORTS } from '../reports';

export const overview = new Hono<ApiEnv>();

const PAGE = 500;

overview.get('/', async c => {
  const page = wholeParameters(c.req.query(), {
    after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 },
    limit: { min: 1, max: MAX_REPORTS, fallback: PAGE },
  });
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const found = await overviewOf(c.env, c.var.principal, page.value, PLATFORM_CLOCK);
  return found.ok ? c.json(found.value) : problem(found.error);
});
