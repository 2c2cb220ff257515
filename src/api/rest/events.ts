/**
 * `GET /v1/webhooks/{webhook_id}/events`, `GET …/events/{sequence}` and `POST …/events/{sequence}/release`: what arrived, one
 * event with its deliveries, and letting one out of quarantine.
 */
import { Hono } from 'hono';
import type { FieldError } from '../../input/field-errors';
import { LIMITS } from '../../limits';
import type { ReleaseResult } from '../../log/contract/append';
import type {
  AttemptView,
  DeliveryView,
  EventDetail,
  EventStatus,
  EventSummary,
  EventsPage,
  EventsQuery,
} from '../../log/contract/events';
import { err, ok, type Result } from '../../result';
import { timeOrNull, timeText } from '../../time';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { oneOfParameter, wholeParameters } from '../query';
import { objectFor, sequenceOf } from './addressed';
import { MAX_WAIT_SECONDS, pageInTurns } from './long-poll';
import { bodyView, joinedHeaders } from './stored-request';

export const events = new Hono<{ Bindings: Env }>();

const EVENT_STATUSES: readonly EventStatus[] = [
  'accepted',
  'confirming',
  'held',
  'quarantined',
  'retrying',
  'dead',
];
/** What an event becomes by its deliveries, long after it arrived: no arrival ends the wait for it. */
const DELIVERY_STATUSES: readonly (EventStatus | null)[] = ['retrying', 'dead'];

events.get('/:webhook_id/events', async c => {
  const page = wholeParameters(c.req.query(), {
    after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 },
    limit: { min: 1, max: 500, fallback: 100 },
    wait: { min: 0, max: MAX_WAIT_SECONDS, fallback: 0 },
  });
  const include = oneOfParameter('include', c.req.query('include'), ['body']);
  const topic = topicParameter(c.req.query('topic'));
  const status = oneOfParameter('status', c.req.query('status'), EVENT_STATUSES);
  if (!page.ok || !topic.ok || !status.ok || !include.ok) {
    const errors = [page, topic, status, include].flatMap(part => (part.ok ? [] : part.error));
    return problem({ reason: 'invalid', errors });
  }
  const { after, limit, wait } = page.value;
  if (wait > 0 && DELIVERY_STATUSES.includes(status.value)) {
    const message = `cannot be combined with status ${status.value}: that comes with time, not with an event`;
    return problem({ reason: 'invalid', errors: [{ path: 'query:wait', message }] });
  }
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const query: Omit<EventsQuery, 'after'> = {
    ...{ limit, topic: topic.value, status: status.value },
    ...(include.value === null ? {} : { include: include.value }),
  };
  const found = await pageInTurns(
    (from, waitMs) => pageOf(() => object.value.events({ ...query, after: from, waitMs }), from),
    after,
    wait,
    c.req.raw.signal,
  );
  if (!found.ok) return problem(found.error);
  if (found.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { events, next, cursor } = found.value;
  return c.json({ events: events.map(eventView), next, cursor });
});

/** A page, if the log has come as far as the sequence that was asked for. */
async function pageOf(
  read: () => Promise<EventsPage | null>,
  after: number,
): Promise<Result<EventsPage | null, ApiError>> {
  const page = await ask(read);
  if (!page.ok || page.value?.beyondEnd !== true) return page;
  return err({ reason: 'beyond_end', after: String(after), end: String(page.value.cursor) });
}

/** The `topic` that a list or a feed is asked for; null for all. */
export function topicParameter(topic: string | undefined): Result<string | null, FieldError[]> {
  if (topic === undefined) return ok(null);
  const bytes = new TextEncoder().encode(topic).length;
  if (bytes > 0 && bytes <= LIMITS.MAX_TOPIC_BYTES) return ok(topic);
  return err([{ path: 'query:topic', message: `must be text of 1 to ${LIMITS.MAX_TOPIC_BYTES} bytes` }]);
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

/** An event in a list; with headers and body where they were asked for. */
export function eventView(event: EventSummary) {
  return {
    sequence: event.sequence,
    increment_id: event.incrementId,
    event_id: event.eventId,
    topic: event.topic,
    topics: event.topics,
    status: event.status,
    received_at: timeText(event.receivedAt),
    reason: event.reason,
    body_signed: event.bodySigned,
    body_bytes: event.bodyBytes,
    late: event.late,
    repeats: event.repeats,
    epoch: event.epoch,
    ...(event.content === undefined ? {} : contentView(event.content)),
  };
}

/** `redacted` says that the body is gone. */
function contentView({ headers, query, body }: NonNullable<EventSummary['content']>) {
  return { headers: joinedHeaders(headers), query, ...bodyView(body), redacted: body === null };
}

function eventDetailView(event: EventDetail) {
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
      return { error: { reason: 'unavailable', cause: result.kind } };
  }
}
