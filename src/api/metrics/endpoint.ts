/**
 * `GET /metrics`: counters, gauges and a histogram of every webhook in Prometheus' text format.
 *
 * One answer is for as many webhooks as can be asked in one (`reports.ts`); beyond that, scrape in parts with `after` and `limit`
 * (a job each); `gapless_scrape_next` says where a part ended. A complete answer is kept for 10 s in the isolate, so that two
 * scrapers do not wake every object twice. A webhook that does not answer in time is left out and named.
 */
import { Hono } from 'hono';
import { PLATFORM_CLOCK } from '../../clock';
import { logLine } from '../../log-line';
import { authorized } from '../auth';
import type { ApiEnv } from '../context';
import { knownParameters } from '../known-parameters';
import { problem } from '../problem';
import { wholeParameters } from '../query';
import { askStatus, MAX_REPORTS, reportsOf } from '../reports';
import { listPage } from '../webhook-operations';
import { familiesOf } from './families';
import { prometheusText } from './prometheus-text';

export const metrics = new Hono<ApiEnv>();

const FRESH_MS = 10_000;

let last: { query: string; at: number; text: string } | null = null;

metrics.use(authorized);
metrics.use(knownParameters);

metrics.get('/', async c => {
  const page = wholeParameters(c.req.query(), {
    after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 },
    limit: { min: 1, max: MAX_REPORTS, fallback: MAX_REPORTS },
  });
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const now = Date.now();
  const query = JSON.stringify(page.value);
  const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };
  if (last?.query === query && now - last.at < FRESH_MS) return c.body(last.text, 200, headers);

  const listing = await listPage(c.env, page.value, now);
  if (!listing.ok) return problem(listing.error);
  const { records, next } = listing.value;
  const reported = await reportsOf(records, askStatus(c.env), PLATFORM_CLOCK);
  const text = prometheusText(familiesOf(reported, { webhooks: records.length, next: next ?? 0 }, now));
  const leftOut = reported.filter(({ report }) => typeof report === 'string').length;
  if (leftOut === 0) last = { query, at: now, text };
  else logLine('metrics_incomplete', { left_out: leftOut, webhooks: records.length });
  return c.body(text, 200, headers);
});
