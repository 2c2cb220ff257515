/**
 * `/v1/webhooks/{webhook_id}/…`: what arrived, what is missing, and how far each destination is. The object
 * answers.
 */
import { type Context, Hono } from 'hono';
import { LIMITS } from '../limits';
import type { EventStatus, EventsQuery, GapStatus, WebhookObject } from '../log/contract';
import { objectOf } from '../log/stub';
import { err, ok, type Result } from '../result';
import type { FieldError } from '../subscriptions/field-errors';
import { eventDetailView, eventView, gapsView, releaseView, statusView } from './event-views';
import { ask, findWebhook } from './manage';
import { type ApiError, problem } from './problem';
import { oneOfParameter, wholeParameters } from './query';

export const events = new Hono<{ Bindings: Env }>();

const EVENT_STATUSES: readonly EventStatus[] = ['accepted', 'quarantined', 'retrying', 'dead'];
const GAP_STATUSES: readonly GapStatus[] = ['open', 'filled', 'expired', 'resolved'];

const MAX_WAIT_SECONDS = 30;
/** The platform ends a request after 30 s; a wait of that length would sometimes end without an answer. */
const LONGEST_WAIT_MS = 25_000;

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
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const { after, limit, wait } = page.value;
  const query: EventsQuery = {
    ...{ after, limit, topic: topic.value, status: status.value },
    waitMs: Math.min(wait * 1000, LONGEST_WAIT_MS),
    ...(include.value === null ? {} : { include: include.value }),
  };
  const found = await ask(() => object.value.events(query));
  if (!found.ok) return problem(found.error);
  const { events, next, cursor } = found.value;
  return c.json({ events: events.map(eventView), next, cursor });
});

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
