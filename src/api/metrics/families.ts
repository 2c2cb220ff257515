/** What is measured: every counter and gauge, with what it says of a webhook or of a destination. */
import type { DestinationStatus, StatusReport } from '../../log/contract/status';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { LeftOut } from './ask-all';
import type { Family, Labels } from './prometheus-text';

/**
 * @param reports the webhooks that answered
 * @param scrape webhooks in it, those that did not answer and why, and where the next part begins, 0 for none
 * @param now ms since 1970
 */
export function familiesOf(
  reports: readonly [WebhookRecord, StatusReport][],
  {
    webhooks,
    leftOut,
    next,
  }: { webhooks: number; leftOut: readonly [WebhookRecord, LeftOut][]; next: number },
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
      { labels: {}, value: leftOut.length },
    ]),
    family(
      'webhook_left_out',
      'gauge',
      'A webhook that is not in this scrape: its object was late, or could not be reached.',
      leftOut.map(([record, reason]) => ({ labels: { ...labels(record), reason }, value: 1 })),
    ),
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
      'ids_uncertain',
      'gauge',
      'Increment ids that may be missing, or were never sent.',
      perWebhook(r => numbered(r, r.uncertainIds)),
    ),
    family(
      'storage_used_bytes',
      'gauge',
      'What the webhook stores.',
      perWebhook(r => r.storage.usedBytes),
    ),
    family(
      'storage_limit_bytes',
      'gauge',
      'What it may store.',
      perWebhook(r => r.storage.limitBytes),
    ),
    family(
      'storage_refusing',
      'gauge',
      '1 while writes fail and deliveries wait.',
      perWebhook(r => (r.storage.refusingSince === null ? 0 : 1)),
    ),
    family(
      'events_dropped_total',
      'counter',
      'Delivered events that were dropped before their retention, to make room.',
      perWebhook(r => r.storage.droppedEvents),
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
