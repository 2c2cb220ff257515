/** `GET /v1/webhooks/{webhook_id}/status`: counters, and how far each destination is. */
import { Hono } from 'hono';
import type { DestinationStatus } from '../../log/contract/status';
import { summed } from '../../minute-counts';
import { timeOrNull, timeText } from '../../time';
import { storagePercent } from '../../views/storage';
import { ask } from '../ask';
import { problem } from '../problem';
import { type CurrentReport, isCurrent } from '../reports';
import { objectFor } from './addressed';

export const status = new Hono<{ Bindings: Env }>();

status.get('/:webhook_id/status', async c => {
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const report = await ask(() => object.value.status());
  if (!report.ok) return problem(report.error);
  // Null: deleted since it was looked up.
  if (report.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  return isCurrent(report.value)
    ? c.json(statusView(report.value))
    : problem({ reason: 'unavailable', cause: 'earlier_release' });
});

export function statusView(report: CurrentReport) {
  return {
    name: report.name,
    provider: report.provider,
    is_active: report.isActive,
    secret_overlap_until: timeOrNull(report.secretOverlapUntil),
    numbered: report.numbered,
    last_sequence: report.lastSequence,
    last_event_at: timeOrNull(report.lastEventAt),
    events_per_hour: report.eventsPerHour,
    per_minute: {
      accepted: report.acceptedPerMinute,
      delivered: summed(report.destinations.map(({ perMinute }) => perMinute.delivered)),
      failed: summed(report.destinations.map(({ perMinute }) => perMinute.failed)),
    },
    counters: report.counters,
    rejected: report.rejected,
    refused_last_day: report.refusedLastDay,
    epoch: report.epoch,
    highest_increment_id: report.highestIncrementId,
    // Not zero where it cannot be known.
    open_gaps: report.numbered ? report.openGaps : null,
    missing_ids: report.numbered ? report.missingIds : null,
    awaited_ids: report.numbered ? (report.awaitedIds ?? null) : null,
    uncertain_ids: report.numbered ? report.uncertainIds : null,
    storage: {
      used_bytes: report.storage.usedBytes,
      limit_bytes: report.storage.limitBytes,
      percent: storagePercent(report.storage),
      dropped_events: report.storage.droppedEvents,
      dropped_up_to: report.storage.droppedEvents > 0 ? report.storage.droppedUpTo : null,
      refusing_since: timeOrNull(report.storage.refusingSince),
    },
    destinations: report.destinations.map(destinationView),
  };
}

function destinationView(destination: DestinationStatus) {
  return {
    destination_id: destination.destinationId,
    name: destination.name,
    url: destination.url,
    is_active: destination.isActive,
    disabled_reason: destination.disabledReason,
    delivered: destination.delivered,
    failed_attempts: destination.failedAttempts,
    attempts: destination.attempts,
    waiting: destination.waiting.count,
    waiting_exact: destination.waiting.exact,
    retrying: destination.retrying,
    dead: destination.dead,
    lag: destination.lag,
    oldest_undelivered_at: timeOrNull(destination.oldestUndeliveredAt),
    last_delivered_at: timeOrNull(destination.lastDeliveredAt),
    failing_since: timeOrNull(destination.failingSince),
    last_failure: failureView(destination),
    next_attempt_at: timeOrNull(destination.nextAttemptAt),
    circuit: destination.circuit,
    circuit_since: timeOrNull(destination.circuitSince),
    next_probe_at: timeOrNull(destination.nextProbeAt),
    secret_overlap_until: timeOrNull(destination.secretOverlapUntil),
    lost: destination.lost.map(({ from, to, at }) => ({ from, to, at: timeText(at) })),
    lost_events: destination.lostEvents,
  };
}

const failureView = ({ lastFailure }: DestinationStatus) =>
  lastFailure === null
    ? null
    : { http_status: lastFailure.status, error: lastFailure.error, answer: lastFailure.answer };
