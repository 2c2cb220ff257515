/** What is measured of each destination. */
import { type DestinationStatus, LATENCY_BOUNDS_SECONDS } from '../../log/contract/status';
import { type Answered, family, secondsSince, webhookLabels } from './family';
import { type Family, histogram, type Labels, type Sample } from './prometheus-text';

/** @param now ms since 1970 */
export function destinationFamilies(answered: readonly Answered[], now: number): Family[] {
  const all = answered.flatMap(webhook =>
    webhook.report.destinations.map((status): { labels: Labels; status: DestinationStatus } => {
      const own = { destination_id: status.destinationId, destination: status.name ?? '' };
      return { labels: { ...webhookLabels(webhook), ...own }, status };
    }),
  );
  const each = (value: (status: DestinationStatus) => number | null) =>
    all.map(({ labels, status }) => ({ labels, value: value(status) }));
  const is = (condition: (status: DestinationStatus) => boolean) => each(s => (condition(s) ? 1 : 0));
  const age = (at: number | null) => (at === null ? 0 : secondsSince(at, now));
  const attempts = all.flatMap(({ labels, status }) =>
    Object.entries(status.attempts).map(([result, value]): Sample => {
      return { labels: { ...labels, result }, value };
    }),
  );
  const latency = all.flatMap(
    ({
      labels,
      status: {
        latency: { counts, seconds },
      },
    }) => histogram(labels, LATENCY_BOUNDS_SECONDS, counts, seconds),
  );
  return [
    family(
      'deliveries_total',
      'counter',
      'Events delivered.',
      each(s => s.delivered),
    ),
    family(
      'delivery_failures_total',
      'counter',
      'Failed attempts.',
      each(s => s.failedAttempts),
    ),
    family(
      'delivery_attempts_total',
      'counter',
      'Attempts by what came of them: 2xx, 3xx, 4xx, 5xx, timeout, connection.',
      attempts,
    ),
    family(
      'delivery_latency_seconds',
      'histogram',
      'From the answer to the provider to the delivery; replays left out.',
      latency,
    ),
    family(
      'deliveries_waiting',
      'gauge',
      'Deliveries that have neither succeeded nor died; at most so many where events were not looked at yet.',
      each(s => s.waiting.count),
    ),
    family(
      'deliveries_dead',
      'gauge',
      'Deliveries given up.',
      each(s => s.dead),
    ),
    family(
      'deliveries_retrying',
      'gauge',
      'Deliveries that are retried.',
      each(s => s.retrying),
    ),
    family(
      'delivery_lag_events',
      'gauge',
      'Events not looked at yet.',
      each(s => s.lag),
    ),
    family(
      'oldest_undelivered_seconds',
      'gauge',
      'Age of the oldest event a destination still has to get; 0 for none.',
      each(s => age(s.oldestUndeliveredAt)),
    ),
    family(
      'destination_behind_alert_seconds',
      'gauge',
      'How old the oldest event may be before it is told (behind_alert_seconds); 0 for never.',
      each(s => s.behindAlertSeconds ?? null),
    ),
    family(
      'destination_failing_seconds',
      'gauge',
      'How long every attempt has failed; 0 when the latest one did not.',
      each(s => age(s.failingSince)),
    ),
    family(
      'destination_circuit_open',
      'gauge',
      '1 while a destination is only probed.',
      is(s => s.circuit === 'open'),
    ),
    family(
      'destination_paused',
      'gauge',
      '1 while somebody has a destination turned off.',
      is(s => !s.isActive && s.disabledReason === null),
    ),
    family(
      'destination_disabled',
      'gauge',
      '1 where the gateway turned a destination off: it answered 410 Gone.',
      is(s => !s.isActive && s.disabledReason !== null),
    ),
    family(
      'events_lost_total',
      'counter',
      'Events that retention dropped before a destination got them.',
      each(s => s.lostEvents),
    ),
  ];
}
