/** What is measured of each webhook. */
import { type Answered, family, secondsSince, webhookLabels } from './family';
import type { Family } from './prometheus-text';

/** @param now ms since 1970 */
export function webhookFamilies(answered: readonly Answered[], now: number): Family[] {
  const each = (value: (report: Answered['report']) => number | null) =>
    answered.map(webhook => ({ labels: webhookLabels(webhook), value: value(webhook.report) }));
  const rejected = answered.flatMap(webhook =>
    Object.entries(webhook.report.rejected).map(([reason, value]) => ({
      labels: { ...webhookLabels(webhook), reason },
      value,
    })),
  );
  const numbered = (report: Answered['report'], value: number | null) => (report.numbered ? value : null);
  return [
    family(
      'webhook_active',
      'gauge',
      '0 while a webhook is switched off.',
      each(r => (r.isActive ? 1 : 0)),
    ),
    family(
      'events_accepted_total',
      'counter',
      'Events accepted.',
      each(r => r.counters.accepted),
    ),
    family(
      'events_duplicate_total',
      'counter',
      'Repetitions recognised.',
      each(r => r.counters.duplicate),
    ),
    family(
      'events_ignored_total',
      'counter',
      'Events of other topics.',
      each(r => r.counters.ignored),
    ),
    family(
      'events_quarantined',
      'gauge',
      'Events in quarantine.',
      each(r => r.counters.quarantined),
    ),
    family(
      'last_event_age_seconds',
      'gauge',
      'Time since the last event; left out before the first.',
      each(r => (r.lastEventAt === null ? null : secondsSince(r.lastEventAt, now))),
    ),
    family('requests_rejected_total', 'counter', 'Refused requests by reason.', rejected),
    family(
      'gaps_open',
      'gauge',
      'Open gaps of numbered webhooks.',
      each(r => numbered(r, r.openGaps)),
    ),
    family(
      'ids_missing',
      'gauge',
      'Increment ids missing in open gaps.',
      each(r => numbered(r, r.missingIds)),
    ),
    family(
      'ids_awaited',
      'gauge',
      'Increment ids that are not here and within their grace.',
      each(r => numbered(r, r.awaitedIds ?? null)),
    ),
    family(
      'ids_uncertain',
      'gauge',
      'Increment ids that may be missing, or were never sent.',
      each(r => numbered(r, r.uncertainIds)),
    ),
    family(
      'storage_used_bytes',
      'gauge',
      'What the webhook stores.',
      each(r => r.storage.usedBytes),
    ),
    family(
      'storage_limit_bytes',
      'gauge',
      'What it may store.',
      each(r => r.storage.limitBytes),
    ),
    family(
      'storage_refusing',
      'gauge',
      '1 while writes fail and deliveries wait.',
      each(r => (r.storage.refusingSince === null ? 0 : 1)),
    ),
    family(
      'events_dropped_total',
      'counter',
      'Delivered events that were dropped before their retention, to make room.',
      each(r => r.storage.droppedEvents),
    ),
  ];
}
