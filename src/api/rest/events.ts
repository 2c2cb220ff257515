/**
 * `GET /v1/webhooks/{webhook_id}/events`, `GET …/events/{sequence}` and `POST …/events/{sequence}/release`: what arrived, one
 * event with its deliveries, and letting one out of quarantine.
 */
import { Hono } from 'hono';
import type { ReleaseResult } from '../../log/contract/append';
import type { EventFilter, ScannedTo } from '../../log/contract/event-filter';
import type { AttemptView, EventDetail, EventsPage } from '../../log/contract/events';
import { objectOf } from '../../log/stub';
import { err, ok, type Result } from '../../result';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { timeOrNull, timeText } from '../../time';
import { nextText } from '../../views/cursor';
import { contentView, deliveryView, eventView } from '../../views/event';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { findAddressed } from '../webhook-names';
import { destinationOf, objectFor, sequenceOf } from './addressed';
import { listParameters } from './list-parameters';
import { pageInTurns } from './long-poll';

export const events = new Hono<{ Bindings: Env }>();

events.get('/:webhook_id/events', async c => {
  const asked = listParameters(c.req.query());
  if (!asked.ok) return problem({ reason: 'invalid', errors: asked.error });
  const { wait, after, ...given } = asked.value;
  const record = await findAddressed(c.env, c.req.param('webhook_id'));
  if (!record.ok) return problem(record.error);
  const named = withDestination(record.value, asked.value.filter);
  if (!named.ok) return problem(named.error);
  const query = { ...given, ...(named.value === undefined ? {} : { filter: named.value }) };
  const object = objectOf(c.env, record.value);
  const found = await pageInTurns(
    (from, waitMs) => pageOf(() => object.events({ ...query, after: from, waitMs }), from),
    after,
    wait,
    c.req.raw.signal,
  );
  if (!found.ok) return problem(found.error);
  if (found.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { events, next, cursor, scannedTo = null } = found.value;
  const { filter, order } = query;
  if ((filter !== undefined || order === 'desc') && found.value.scannedTo === undefined)
    return problem({ reason: 'unavailable', cause: 'earlier_release' });
  return c.json({
    events: events.map(eventView),
    next: nextText(next),
    cursor: String(cursor),
    scanned_to: scannedToView(scannedTo),
  });
});

/** A filter whose destination may be named, with the id in the place of the name. */
function withDestination(
  record: WebhookRecord,
  filter: EventFilter | undefined,
): Result<EventFilter | undefined, ApiError> {
  if (filter?.delivery == null) return ok(filter);
  const destination = destinationOf(record, filter.delivery.destinationId);
  if (!destination.ok) return destination;
  return ok({ ...filter, delivery: { ...filter.delivery, destinationId: destination.value.id } });
}

/** How far a page came; null at the end. */
export const scannedToView = (scannedTo: ScannedTo | null) =>
  scannedTo === null ? null : { sequence: scannedTo.sequence, received_at: timeOrNull(scannedTo.receivedAt) };

/** A page, if the log has come as far as the sequence that was asked for. */
async function pageOf(
  read: () => Promise<EventsPage | null>,
  after: number,
): Promise<Result<EventsPage | null, ApiError>> {
  const page = await ask(read);
  if (!page.ok || page.value === null) return page;
  if (page.value.unknownDestination === true) return err({ reason: 'not_found', what: 'destination' });
  if (page.value.beyondEnd !== true) return page;
  return err({ reason: 'beyond_end', after: String(after), end: String(page.value.cursor) });
}

events.get('/:webhook_id/events/:sequence', async c => {
  const sequence = sequenceOf(c.req.param('sequence'));
  if (!sequence.ok) return problem(sequence.error);
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const event = await ask(() => object.value.event(sequence.value));
  if (!event.ok) return problem(event.error);
  if (event.value === null) return problem({ reason: 'not_found', what: 'event' });
  return c.json(eventDetailView(event.value));
});

events.post('/:webhook_id/events/:sequence/release', async c => {
  const sequence = sequenceOf(c.req.param('sequence'));
  if (!sequence.ok) return problem(sequence.error);
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const released = await ask(() => object.value.release(sequence.value));
  if (!released.ok) return problem(released.error);
  const view = releaseView(released.value);
  return 'error' in view ? problem(view.error) : c.json(view.body);
});

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

function attemptView(attempt: AttemptView) {
  return {
    destination_id: attempt.destinationId,
    attempt: attempt.attempt,
    at: timeText(attempt.at),
    outcome: attempt.outcome,
    http_status: attempt.status,
    duration_ms: attempt.durationMs,
    error: attempt.error,
    connection_error: attempt.connectionError ?? null,
    answer: attempt.answer ?? null,
    replay_id: attempt.replayId ?? null,
  };
}

const notHeld = (wasLetGo: boolean): string =>
  `${wasLetGo ? 'The event was let go before' : 'The event was never held back'}: to send it again, replay it.`;

/** What became of an event that was let go or added by hand, in the words in which ingest answers. */
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
      return { error: { reason: 'conflict', detail: notHeld(result.wasLetGo === true) } };
    case 'inactive':
      return { error: { reason: 'conflict', detail: 'The webhook is inactive.' } };
    case 'not_found':
      return { error: { reason: 'not_found', what: 'event' } };
    case 'gone':
      return { error: { reason: 'not_found', what: 'webhook' } };
    case 'stale':
    case 'revoked':
    case 'overloaded':
      return { error: { reason: 'unavailable', cause: result.kind } };
  }
}
