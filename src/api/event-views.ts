/** What the API shows of events, deliveries, gaps and state: public JSON, snake_case, times as RFC 3339. */
import type {
  AttemptView,
  DeliveryView,
  DestinationStatus,
  EventDetail,
  EventSummary,
  Gap,
  GapSide,
  GapsReport,
  ReleaseResult,
  StatusReport,
} from '../log/contract';
import { timeText } from '../subscriptions/view';
import type { ApiError } from './problem';

const timeOrNull = (ms: number | null) => (ms === null ? null : timeText(ms));

export function eventView(event: EventSummary) {
  return {
    sequence: event.sequence,
    increment_id: event.incrementId,
    event_id: event.eventId,
    topic: event.topic,
    status: event.status,
    received_at: timeText(event.receivedAt),
    reason: event.reason,
    body_signed: event.bodySigned,
    body_bytes: event.bodyBytes,
    late: event.late,
    epoch: event.epoch,
    ...(event.content === undefined ? {} : contentView(event.content)),
  };
}

/**
 * The body is `body` where it is UTF-8, byte for byte, and `body_base64` otherwise; `redacted` says that it is
 * gone.
 */
function contentView({ headers, query, body }: NonNullable<EventSummary['content']>) {
  return { headers: joinedHeaders(headers), query, ...bodyView(body), redacted: body === null };
}

export function eventDetailView(event: EventDetail) {
  return {
    ...eventView(event),
    ...contentView(event),
    verdict: {
      valid: event.issues.length === 0,
      issues: event.issues,
      reason: event.reason,
      body_signed: event.bodySigned,
    },
    entity_keys: event.entityKeys,
    deliveries: event.deliveries.map(deliveryView),
    attempts: event.attempts.map(attemptView),
  };
}

/** Repeated headers as one, as HTTP reads them (RFC 9110 section 5.3). */
export function joinedHeaders(headers: readonly [string, string][]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(values);
}

export function bodyView(body: Uint8Array | null): { body: string | null } | { body_base64: string } {
  if (body === null) return { body: null };
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body) };
  } catch {
    return { body_base64: body.toBase64() };
  }
}

function deliveryView(delivery: DeliveryView) {
  return {
    destination_id: delivery.destinationId,
    status: delivery.status,
    attempts: delivery.attempts,
    next_attempt_at: timeOrNull(delivery.nextAttemptAt),
    last_error: delivery.lastError,
  };
}

function attemptView(attempt: AttemptView) {
  return {
    destination_id: attempt.destinationId,
    attempt: attempt.attempt,
    at: timeText(attempt.at),
    outcome: attempt.outcome,
    status: attempt.status,
    duration_ms: attempt.durationMs,
    error: attempt.error,
  };
}

/**
 * Without a numbering nothing can be said about completeness, and the answer says so instead of showing none
 * missing.
 */
export function gapsView(report: GapsReport) {
  if (!report.numbered) return { numbered: false, gaps: [] };
  return {
    numbered: true,
    highest_increment_id: report.highestIncrementId,
    epoch: report.epoch,
    gaps: report.gaps.map(gapView),
  };
}

export function gapView(gap: Gap) {
  return {
    epoch: gap.epoch,
    from: gap.from,
    to: gap.to,
    count: gap.count,
    status: gap.status,
    detected_at: timeText(gap.detectedAt),
    resolved_at: timeOrNull(gap.resolvedAt),
    before: sideView(gap.before),
    after: sideView(gap.after),
    retry_until: timeOrNull(gap.retryUntil),
    note: gap.note,
  };
}

function sideView(side: GapSide | null) {
  if (side === null) return null;
  return {
    increment_id: side.incrementId,
    sequence: side.sequence,
    received_at: timeOrNull(side.receivedAt),
  };
}

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
    destinations: report.destinations.map(destinationStatusView),
  };
}

function destinationStatusView(status: DestinationStatus) {
  return {
    destination_id: status.destinationId,
    url: status.url,
    is_active: status.isActive ? 1 : 0,
    delivered: status.delivered,
    failed_attempts: status.failedAttempts,
    retrying: status.retrying,
    dead: status.dead,
    lag: status.lag,
    oldest_undelivered_at: timeOrNull(status.oldestUndeliveredAt),
    last_delivered_at: timeOrNull(status.lastDeliveredAt),
    disabled_reason: status.disabledReason,
    circuit: status.circuit,
    lost: status.lost.map(({ from, to, at }) => ({ from, to, at: timeText(at) })),
  };
}

/** A release answers as ingest does, in the same words. */
export function releaseView(result: ReleaseResult): { body: object } | { error: ApiError } {
  switch (result.kind) {
    case 'accepted':
    case 'duplicate':
      return {
        body: { status: result.kind, sequence: result.sequence, increment_id: result.incrementId },
      };
    case 'ignored':
      return { body: { status: 'ignored', increment_id: result.incrementId } };
    case 'quarantined':
      return {
        body: {
          status: 'quarantined',
          sequence: result.sequence,
          increment_id: result.incrementId,
          issues: result.issues,
        },
      };
    case 'rejected':
      return { error: { reason: 'invalid', errors: result.issues } };
    case 'redacted':
      return { error: { reason: 'conflict', detail: 'The body of this event was erased.' } };
    case 'not_quarantined':
      return { error: { reason: 'conflict', detail: 'The event is not in quarantine.' } };
    case 'inactive':
      return { error: { reason: 'conflict', detail: 'The webhook is inactive.' } };
    case 'not_found':
      return { error: { reason: 'not_found', what: 'event' } };
    case 'gone':
      return { error: { reason: 'not_found', what: 'webhook' } };
    case 'stale':
    case 'revoked':
    case 'overloaded':
      return { error: { reason: 'unavailable' } };
  }
}
