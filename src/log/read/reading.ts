/** What a webhook's log shows: one event with its deliveries, the gap list, the status. Read only. */

import { holeIndexOf } from '../../numbering/holes';
import { providerOf } from '../../providers/registry';
import { topicMatches } from '../../subscriptions/topics';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { Log } from '../commit/event-log';
import type { Confirmations } from '../confirm/confirmations';
import type {
  DeliveryView,
  DestinationStatus,
  EventDetail,
  Gap,
  GapResolution,
  GapSide,
  GapStatus,
  GapsReport,
  ResolveResult,
  StatusReport,
} from '../contract';
import type { Forwarding } from '../forward/forwarding';
import type { GapRow } from '../store/gap-rows';
import { statusOf, summary } from './event-pages';

export type Views = {
  webhook: WebhookRecord;
  log: Log;
  forwarding: Forwarding;
  confirmations: Confirmations;
};

export function readEvent(views: Views, sequence: number): EventDetail | null {
  const { webhook, log, forwarding, confirmations } = views;
  const event = log.segments.get(sequence);
  if (event === null) return null;
  const rows = forwarding.rows.of(sequence);
  const attempts = forwarding.journal.of(sequence);
  const held = confirmations.detail(sequence);
  const issues = held?.detail == null ? event.issues : [{ path: '', message: held.detail }];
  const deliveries = webhook.destinations
    .filter(({ topics }) => topicMatches(topics, event.topic, { operational: event.operational }))
    .filter(({ id }) => {
      // Passed without an attempt or a row: it began after this event.
      const cursor = forwarding.route(id)?.lane.cursor.sequence ?? 0;
      const known = [...rows, ...attempts].some(one => one.destinationId === id);
      return known || event.deferred || cursor < sequence;
    })
    .map((destination): DeliveryView => {
      const row = rows.find(other => other.destinationId === destination.id && other.replay === 0);
      const own = attempts.filter(attempt => attempt.destinationId === destination.id);
      const delivered = own.some(attempt => attempt.outcome === 'delivered');
      return {
        destinationId: destination.id,
        status: row?.status ?? (delivered ? 'delivered' : 'pending'),
        attempts: row?.attempts ?? own.length,
        nextAttemptAt: row?.nextAt ?? null,
        lastError: row?.error ?? null,
      };
    });
  return {
    // As in the list: a replay that fails does not make an event fail that was delivered.
    ...summary(
      event,
      statusOf(
        event,
        rows.filter(({ replay }) => replay === 0),
      ),
    ),
    headers: event.headers,
    query: event.query,
    body: log.segments.body(sequence),
    issues,
    entityKeys: event.entityKeys,
    deliveries,
    attempts,
  };
}

export function isNumbered(webhook: WebhookRecord): boolean {
  return webhook.sequence.enabled && (providerOf(webhook)?.numbered ?? false);
}

export function readGaps({ webhook, log }: Views, status: GapStatus | null): GapsReport {
  if (!isNumbered(webhook)) return { numbered: false };
  const epoch = log.head.tracker.current;
  const horizon = providerOf(webhook)?.retryHorizonSeconds ?? null;
  return {
    numbered: true,
    epoch: epoch?.number ?? null,
    highestIncrementId: epoch?.highest ?? null,
    gaps: log.gaps.list(status).map(row => gapOf(log, row, horizon)),
  };
}

/** Closes the holes of a range by hand, and shows the entries that became of them. */
export function resolveGaps({ webhook, log }: Views, request: GapResolution, now: number): ResolveResult {
  if (!isNumbered(webhook)) return { kind: 'unnumbered' };
  const resolution = log.resolveGaps(request, now);
  if (resolution.kind !== 'ok') return resolution;
  const horizon = providerOf(webhook)?.retryHorizonSeconds ?? null;
  const { epoch } = resolution;
  const closed = resolution.resolved.flatMap(({ parts }) => parts.filter(part => part.status === 'resolved'));
  const starts = new Set(closed.map(({ from }) => from));
  const rows = log.gaps.list('resolved').filter(row => row.epoch === epoch && starts.has(row.from_id));
  const count = closed.reduce((sum, { missing }) => sum + missing, 0);
  return { kind: 'ok', count, gaps: rows.map(row => gapOf(log, row, horizon)) };
}

function gapOf(log: Log, row: GapRow, horizonSeconds: number | null): Gap {
  return {
    epoch: row.epoch,
    from: row.from_id,
    to: row.to_id,
    count: row.missing,
    status: row.status,
    detectedAt: row.detected_at,
    resolvedAt: row.resolved_at,
    before: sideOf(log, row.epoch, row.from_id - 1, -1),
    after: sideOf(log, row.epoch, row.to_id + 1, 1),
    retryUntil: horizonSeconds === null ? null : row.detected_at + horizonSeconds * 1000,
    note: row.note,
  };
}

/** The received id next to a hole; a hole between two gaps looks over its neighbours. */
function sideOf(log: Log, epochNumber: number, next: number, step: -1 | 1): GapSide | null {
  const { current, previous } = log.head.tracker;
  const epoch = [current, ...previous].find(candidate => candidate?.number === epochNumber);
  const neighbour = epoch?.holes[holeIndexOf(epoch.holes, next)];
  const incrementId = neighbour === undefined ? next : step < 0 ? neighbour.from - 1 : neighbour.to + 1;
  const known = log.known.lookup(epochNumber, incrementId);
  if (known === null || known === 'forgotten') return null;
  // An ignored id was received, but has no event.
  const event = known.kind === 'ignored' ? null : log.segments.get(known.sequence);
  return {
    incrementId,
    sequence: known.kind === 'ignored' ? null : known.sequence,
    receivedAt: event?.receivedAt ?? null,
  };
}

export function readStatus(views: Views, rejected: Record<string, number>): StatusReport {
  const { webhook, log } = views;
  const { lastSequence, lastEventAt, counters, tracker } = log.head;
  const open = log.gaps.list('open');
  return {
    numbered: isNumbered(webhook),
    lastSequence,
    lastEventAt,
    counters,
    epoch: tracker.current?.number ?? null,
    highestIncrementId: tracker.current?.highest ?? null,
    openGaps: open.length,
    missingIds: open.reduce((sum, gap) => sum + gap.missing, 0),
    rejected,
    destinations: webhook.destinations.map(destination => destinationStatus(views, destination)),
  };
}

function destinationStatus(
  { log, forwarding }: Views,
  { id, url, isActive }: WebhookRecord['destinations'][number],
): DestinationStatus {
  const route = forwarding.route(id);
  const totals = route?.totals;
  const cursor = route?.lane.cursor.sequence ?? 0;
  const unscanned = log.segments.after(cursor, 1)[0]?.sequence;
  const waiting = [unscanned, forwarding.rows.oldestRetrying(id)].filter(sequence => sequence != null);
  const oldest = waiting.toSorted((a, b) => a - b)[0];
  return {
    destinationId: id,
    url,
    isActive,
    delivered: totals?.delivered ?? 0,
    failedAttempts: totals?.failedAttempts ?? 0,
    ...forwarding.rows.count(id),
    lag: Math.max(0, log.head.lastSequence - cursor),
    oldestUndeliveredAt: oldest === undefined ? null : (log.segments.get(oldest)?.receivedAt ?? null),
    lastDeliveredAt: totals?.lastDeliveredAt ?? null,
    disabledReason: route?.disabledReason ?? null,
    circuit: route?.gate.circuit.state ?? 'closed',
    lost: route?.losses ?? [],
  };
}
