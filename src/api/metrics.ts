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
import type { DestinationStatus, StatusReport } from '../log/contract';
import { objectOf } from '../log/stub';
import type { WebhookRecord } from '../subscriptions/webhook';
import { authorized } from './auth';
import type { ApiEnv } from './context';
import { knownParameters } from './known-parameters';
import { ask, listPage } from './manage';
import { problem } from './problem';
import { type Family, type Labels, prometheusText } from './prometheus-text';
import { wholeParameters } from './query';

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
  const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' };
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

function familiesOf(
  reports: readonly [WebhookRecord, StatusReport][],
  { webhooks, silent, next }: { webhooks: number; silent: number; next: number },
  now: number,
): Family[] {
  const labels = ({ id, name }: WebhookRecord): Labels => ({ webhook_id: String(id), webhook: name ?? '' });
  const perWebhook = (value: (report: StatusReport) => number | null) =>
    reports.map(([record, report]) => ({ labels: labels(record), value: value(report) }));
  const perDestination = (value: (status: DestinationStatus) => number | null) =>
    reports.flatMap(([record, report]) =>
      report.destinations.map(status => ({
        labels: { ...labels(record), destination_id: status.destinationId },
        value: value(status),
      })),
    );
  const rejected = reports.flatMap(([record, report]) =>
    Object.entries(report.rejected).map(([reason, value]) => ({
      labels: { ...labels(record), reason },
      value,
    })),
  );
  const numbered = (report: StatusReport, value: number) => (report.numbered ? value : null);
  const family = (name: string, type: Family['type'], help: string, samples: Family['samples']): Family => ({
    ...{ name: `gapless_${name}`, type, help, samples },
  });
  return [
    family('webhooks', 'gauge', 'Webhooks in this scrape.', [{ labels: {}, value: webhooks }]),
    family('webhooks_silent', 'gauge', 'Webhooks whose object did not answer.', [
      { labels: {}, value: silent },
    ]),
    family('scrape_next', 'gauge', 'after= of the next part; 0 for none.', [{ labels: {}, value: next }]),
    family(
      'events_accepted_total',
      'counter',
      'Events accepted.',
      perWebhook(r => r.counters.accepted),
    ),
    family(
      'events_duplicate_total',
      'counter',
      'Repetitions recognised.',
      perWebhook(r => r.counters.duplicate),
    ),
    family(
      'events_ignored_total',
      'counter',
      'Events of other topics.',
      perWebhook(r => r.counters.ignored),
    ),
    family(
      'events_quarantined',
      'gauge',
      'Events in quarantine.',
      perWebhook(r => r.counters.quarantined),
    ),
    family('requests_rejected_total', 'counter', 'Refused requests by reason.', rejected),
    family(
      'gaps_open',
      'gauge',
      'Open gaps of numbered webhooks.',
      perWebhook(r => numbered(r, r.openGaps)),
    ),
    family(
      'ids_missing',
      'gauge',
      'Increment ids missing in open gaps.',
      perWebhook(r => numbered(r, r.missingIds)),
    ),
    family(
      'deliveries_total',
      'counter',
      'Events delivered.',
      perDestination(s => s.delivered),
    ),
    family(
      'delivery_failures_total',
      'counter',
      'Failed attempts.',
      perDestination(s => s.failedAttempts),
    ),
    family(
      'deliveries_dead',
      'gauge',
      'Deliveries given up.',
      perDestination(s => s.dead),
    ),
    family(
      'deliveries_retrying',
      'gauge',
      'Deliveries that are retried.',
      perDestination(s => s.retrying),
    ),
    family(
      'delivery_lag_events',
      'gauge',
      'Events not looked at yet.',
      perDestination(s => s.lag),
    ),
    family(
      'oldest_undelivered_seconds',
      'gauge',
      'Age of the oldest event a destination still has to get; 0 for none.',
      perDestination(s =>
        s.oldestUndeliveredAt === null ? 0 : Math.max(0, (now - s.oldestUndeliveredAt) / 1000),
      ),
    ),
  ];
}
