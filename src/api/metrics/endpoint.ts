/**
 * `GET /metrics`: counters and gauges of every webhook in Prometheus' text format.
 *
 * Each webhook's object is asked (`ask-all.ts`); it answers out of memory and a few rows. One answer is for 900 webhooks at most,
 * so that with the operations of KV it stays within the 1,000 calls that every plan with objects allows; beyond that, scrape in
 * parts with `after` and `limit` (a job each); `gapless_scrape_next` says where a part ended. A complete answer is kept for 10 s in
 * the isolate, so that two scrapers do not wake every object twice. A webhook that does not answer in time is left out and named.
 */
import { Hono } from 'hono';
import { PLATFORM_CLOCK } from '../../clock';
import type { StatusReport } from '../../log/contract/status';
import { objectOf } from '../../log/stub';
import { logLine } from '../../log-line';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { ask } from '../ask';
import { authorized } from '../auth';
import type { ApiEnv } from '../context';
import { knownParameters } from '../known-parameters';
import { problem } from '../problem';
import { wholeParameters } from '../query';
import { listPage } from '../webhook-operations';
import { askAll, type LeftOut } from './ask-all';
import { familiesOf } from './families';
import { prometheusText } from './prometheus-text';

export const metrics = new Hono<ApiEnv>();

const MAX_WEBHOOKS = 900;
const FRESH_MS = 10_000;

let last: { query: string; at: number; text: string } | null = null;

metrics.use(authorized);
metrics.use(knownParameters);

metrics.get('/', async c => {
  const page = wholeParameters(c.req.query(), {
    after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 },
    limit: { min: 1, max: MAX_WEBHOOKS, fallback: MAX_WEBHOOKS },
  });
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const now = Date.now();
  const query = JSON.stringify(page.value);
  const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };
  if (last?.query === query && now - last.at < FRESH_MS) return c.body(last.text, 200, headers);

  const listing = await listPage(c.env, page.value, now);
  if (!listing.ok) return problem(listing.error);
  const { records, next } = listing.value;
  const asked = await askAll(
    records,
    async record => {
      const status = await ask(() => objectOf(c.env, record).status(), { webhook_id: record.id });
      return status.ok ? (status.value ?? 'gone') : null;
    },
    PLATFORM_CLOCK,
  );
  const reports: [WebhookRecord, StatusReport][] = [];
  const leftOut: [WebhookRecord, LeftOut][] = [];
  for (const { item, answer } of asked) {
    if (answer === 'late' || answer === 'unreachable') leftOut.push([item, answer]);
    else if (answer !== 'gone') reports.push([item, answer]);
  }
  const text = prometheusText(
    familiesOf(reports, { webhooks: records.length, leftOut, next: next ?? 0 }, now),
  );
  if (leftOut.length === 0) last = { query, at: now, text };
  else logLine('metrics_incomplete', { left_out: leftOut.length, webhooks: records.length });
  return c.body(text, 200, headers);
});
