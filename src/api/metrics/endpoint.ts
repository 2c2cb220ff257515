/**
 * `GET /metrics`: counters and gauges of every webhook in Prometheus' text format.
 *
 * Each webhook's object is asked, six at a time, which is what a Worker may open; an object answers out of memory and
 * a few rows. 1,000 webhooks are 1,000 calls of a few milliseconds: a tenth of the 10,000 that the platform allows a
 * request, done in about a second of waiting, and hardly any CPU. Beyond that, scrape in parts with `after` and `limit`
 * (a job each); `gapless_scrape_next` says where a part ended. An answer is kept for 10 s in the isolate, so that two
 * scrapers do not wake every object twice. A webhook that does not answer is left out and counted.
 */
import { Hono } from 'hono';
import type { StatusReport } from '../../log/contract/status';
import { objectOf } from '../../log/stub';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { ask } from '../ask';
import { authorized } from '../auth';
import type { ApiEnv } from '../context';
import { knownParameters } from '../known-parameters';
import { problem } from '../problem';
import { wholeParameters } from '../query';
import { listPage } from '../webhook-operations';
import { familiesOf } from './families';
import { prometheusText } from './prometheus-text';

export const metrics = new Hono<ApiEnv>();

const AT_ONCE = 6;
const MAX_WEBHOOKS = 2000;
const FRESH_MS = 10_000;

let last: { query: string; at: number; text: string } | null = null;

metrics.use(authorized);
metrics.use(knownParameters);

metrics.get('/', async c => {
  const page = wholeParameters(c.req.query(), {
    after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 },
    limit: { min: 1, max: MAX_WEBHOOKS, fallback: 1000 },
  });
  if (!page.ok) return problem({ reason: 'invalid', errors: page.error });
  const now = Date.now();
  const query = JSON.stringify(page.value);
  const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };
  if (last?.query === query && now - last.at < FRESH_MS) return c.body(last.text, 200, headers);

  const listing = await listPage(c.env, page.value, now);
  if (!listing.ok) return problem(listing.error);
  const { records, next } = listing.value;
  const reports: [WebhookRecord, StatusReport][] = [];
  const waiting = [...records];
  const worker = async () => {
    for (let record = waiting.shift(); record !== undefined; record = waiting.shift()) {
      const { id } = record;
      const status = await ask(() => objectOf(c.env, id).status());
      if (status.ok && status.value !== null) reports.push([record, status.value]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const gauges = { webhooks: records.length, silent: records.length - reports.length, next: next ?? 0 };
  const text = prometheusText(
    familiesOf(
      reports.sort(([a], [b]) => a.id - b.id),
      gauges,
      now,
    ),
  );
  last = { query, at: now, text };
  return c.body(text, 200, headers);
});
