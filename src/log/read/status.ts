/** The counters of a webhook, and how far each of its destinations is. */
import { highestGiven } from '../../numbering/epoch';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { DestinationStatus, StatusReport } from '../contract/status';
import type { WriteWatch } from '../forward/write-watch';
import type { Refusals } from '../store/refusals';
import { isNumbered } from './gaps';
import type { Views } from './views';

/** The status as it is now. Reads all open gaps, and counts the rows of every destination. */
export function readStatus(
  views: Views & {
    refusals: Pick<Refusals, 'counts'>;
    space: { size: { usedBytes: number; limitBytes: number } };
    writes: Pick<WriteWatch, 'suspendedSince'>;
  },
): StatusReport {
  const { webhook, log } = views;
  const { lastSequence, lastEventAt, counters, tracker } = log.state;
  const open = log.tables.gaps.list('open');
  return {
    numbered: isNumbered(webhook),
    lastSequence,
    lastEventAt,
    counters,
    epoch: tracker.current?.number ?? null,
    highestIncrementId: tracker.current === null ? null : highestGiven(tracker.current),
    openGaps: open.length,
    missingIds: open.reduce((sum, gap) => sum + gap.missing, 0),
    uncertainIds: log.tables.gaps.list('uncertain').reduce((sum, gap) => sum + gap.missing, 0),
    rejected: views.refusals.counts,
    storage: {
      ...views.space.size,
      droppedEvents: log.state.dropped.events,
      droppedUpTo: log.state.dropped.upTo,
      refusingSince: views.writes.suspendedSince,
    },
    destinations: webhook.destinations.map(destination => destinationStatus(views, destination)),
  };
}

function destinationStatus(
  { log, forwarding }: Views,
  { id, url, isActive }: WebhookRecord['destinations'][number],
): DestinationStatus {
  const state = forwarding.destination(id);
  const totals = state?.totals;
  const cursor = state?.queue.cursor.sequence ?? 0;
  const unscanned = log.feed.eventsAfter(cursor, 1)[0]?.sequence;
  const undelivered = [unscanned, forwarding.rows.oldestRetrying(id)].filter(sequence => sequence != null);
  const oldest = undelivered.toSorted((a, b) => a - b)[0];
  return {
    destinationId: id,
    url,
    isActive,
    delivered: totals?.delivered ?? 0,
    failedAttempts: totals?.failedAttempts ?? 0,
    ...forwarding.rows.count(id),
    lag: Math.max(0, log.state.lastSequence - cursor),
    oldestUndeliveredAt: oldest === undefined ? null : (log.feed.event(oldest)?.receivedAt ?? null),
    lastDeliveredAt: totals?.lastDeliveredAt ?? null,
    disabledReason: state?.disabledReason ?? null,
    circuit: state?.gate.circuit.state ?? 'closed',
    lost: state?.losses ?? [],
  };
}
