/**
 * `/v1/webhooks/{webhook_id}/…`: what arrived, what is missing, and how far each destination is. The object
 * answers.
 */
import { type Context, Hono } from 'hono';
import type { FieldError } from '../input/field-errors';
import { LIMITS } from '../limits';
import type { EventStatus, EventsQuery, FeedQuery, GapStatus, WebhookObject } from '../log/contract';
import type { FeedPosition } from '../log/store/feed';
import { objectOf } from '../log/stub';
import { err, ok, type Result } from '../result';
import { eventDetailView, eventView, gapsView, releaseView, statusView } from './event-views';
import { MAX_WAIT_SECONDS, pageInTurns } from './long-poll';
import { ask, findWebhook } from './manage';
import { type ApiError, problem } from './problem';
import { oneOfParameter, wholeParameters } from './query';

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
const GAP_STATUSES: readonly GapStatus[] = ['open', 'filled', 'expired', 'resolved'];

/** Answers are asked of an existing webhook's object only: others answer about nothing. */
export async function objectFor(env: Env, idText: string): Promise<Result<WebhookObject, ApiError>> {
  const record = await findWebhook(env, idText);
  return record.ok ? ok(objectOf(env, record.value.id)) : record;
}

export function sequenceOf(text: string): Result<number, ApiError> {
  const sequence = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0;
  if (sequence > 0 && Number.isSafeInteger(sequence)) return ok(sequence);
  return err({ reason: 'not_found', what: 'event' });
}

function topicParameter(topic: string | undefined): Result<string | null, FieldError[]> {
  if (topic === undefined) return ok(null);
  const bytes = new TextEncoder().encode(topic).length;
  if (bytes > 0 && bytes <= LIMITS.MAX_TOPIC_BYTES) return ok(topic);
  return err([{ path: 'query:topic', message: `must be text of 1 to ${LIMITS.MAX_TOPIC_BYTES} bytes` }]);
}

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
    (from, waitMs) => ask(() => object.value.events({ ...query, after: from, waitMs })),
    after,
    wait,
    c.req.raw.signal,
  );
  if (!found.ok) return problem(found.error);
  if (found.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { events, next, cursor } = found.value;
  return c.json({ events: events.map(eventView), next, cursor });
});

events.get('/:webhook_id/feed', async c => {
  const page = wholeParameters(c.req.query(), {
    limit: { min: 1, max: 500, fallback: 100 },
    wait: { min: 0, max: MAX_WAIT_SECONDS, fallback: 0 },
  });
  const include = oneOfParameter('include', c.req.query('include'), ['body']);
  const topic = topicParameter(c.req.query('topic'));
  const after = positionOf(c.req.query('after') ?? '0');
  if (!page.ok || !topic.ok || !include.ok || !after.ok) {
    const errors = [page, topic, include, after].flatMap(part => (part.ok ? [] : part.error));
    return problem({ reason: 'invalid', errors });
  }
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const query: Omit<FeedQuery, 'after'> = {
    ...{ limit: page.value.limit, topic: topic.value },
    ...(include.value === null ? {} : { include: include.value }),
  };
  const found = await pageInTurns(
    (from, waitMs) => ask(() => object.value.feed({ ...query, after: from, waitMs })),
    after.value,
    page.value.wait,
    c.req.raw.signal,
  );
  if (!found.ok) return problem(found.error);
  if (found.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { events, next, cursor } = found.value;
  return c.json({
    events: events.map(eventView),
    next: next === null ? null : cursorText(next),
    cursor: cursorText(cursor),
  });
});

/** A position in the feed as clients carry it: the sequence and the release that were passed. */
const cursorText = ({ sequence, release }: FeedPosition): string => `${sequence}.${release}`;

function positionOf(text: string): Result<FeedPosition, FieldError[]> {
  const [, sequence, release = '0'] = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text) ?? [];
  if (sequence !== undefined) return ok({ sequence: Number(sequence), release: Number(release) });
  return err([{ path: 'query:after', message: 'must be 0, or the cursor of a page before' }]);
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

events.get('/:webhook_id/gaps', async c => {
  const status = oneOfParameter('status', c.req.query('status'), GAP_STATUSES);
  if (!status.ok) return problem({ reason: 'invalid', errors: status.error });
  return report(c, async object => gapsView(await object.gaps(status.value)));
});

events.get('/:webhook_id/status', c =>
  report(c, async object => {
    const status = await object.status();
    return status === null ? null : statusView(status);
  }),
);

async function report(
  c: Context<{ Bindings: Env }>,
  view: (object: WebhookObject) => Promise<object | null>,
): Promise<Response> {
  const object = await objectFor(c.env, c.req.param('webhook_id') ?? '');
  if (!object.ok) return problem(object.error);
  const answer = await ask(() => view(object.value));
  if (!answer.ok) return problem(answer.error);
  // Deleted since it was looked up.
  return answer.value === null ? problem({ reason: 'not_found', what: 'webhook' }) : c.json(answer.value);
}
