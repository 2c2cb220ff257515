/** `GET /v1/webhooks/{webhook_id}/status`: counters, and how far each destination is. */
import { Hono } from 'hono';
import type { DestinationStatus, StatusReport } from '../../log/contract/status';
import { timeOrNull, timeText } from '../../time';
import { ask } from '../ask';
import { problem } from '../problem';
import { objectFor } from './addressed';

export const status = new Hono<{ Bindings: Env }>();

status.get('/:webhook_id/status', async c => {
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const report = await ask(() => object.value.status());
  if (!report.ok) return problem(report.error);
  // Null: deleted since it was looked up.
  return report.value === null
    ? problem({ reason: 'not_found', what: 'webhook' })
    : c.json(statusView(report.value));
});

export function statusView(report: StatusReport) {
  return {
    numbered: report.numbered,
    last_sequence: report.lastSequence,
    last_event_at: timeOrNull(report.lastEventAt),
    counters: report.counters,
    rejected: report.rejected,
    epoch: report.epoch,
    highest_increment_id: report.highestIncrementId,
    // Not zero where it cannot be known.
    open_gaps: report.numbered ? report.openGaps : null,
    missing_ids: report.numbered ? report.missingIds : null,
    uncertain_ids: report.numbered ? report.uncertainIds : null,
    storage: {
      used_bytes: report.storage.usedBytes,
      limit_bytes: report.storage.limitBytes,
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
    url: destination.url,
    is_active: destination.isActive ? 1 : 0,
    delivered: destination.delivered,
    failed_attempts: destination.failedAttempts,
    retrying: destination.retrying,
    dead: destination.dead,
    lag: destination.lag,
    oldest_undelivered_at: timeOrNull(destination.oldestUndeliveredAt),
    last_delivered_at: timeOrNull(destination.lastDeliveredAt),
    disabled_reason: destination.disabledReason,
    circuit: destination.circuit,
    lost: destination.lost.map(({ from, to, at }) => ({ from, to, at: timeText(at) })),
  };
}
