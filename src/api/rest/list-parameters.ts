/** What `GET …/events` and `GET …/feed` are asked for, read from the query: what they have in common, and what only the list takes. */
import type { FieldError } from '../../input/field-errors';
import { LIMITS } from '../../limits';
import type { EventStatus, EventsQuery, FeedQuery } from '../../log/contract/events';
import { err, ok, type Result } from '../../result';
import { oneOfParameter, wholeParameters } from '../query';
import { filterParameters } from './event-filter';
import { MAX_WAIT_SECONDS } from './long-poll';

const EVENT_STATUSES: readonly EventStatus[] = [
  'accepted',
  'confirming',
  'held',
  'quarantined',
  'retrying',
  'dead',
];
/**
 * What an event becomes by its deliveries, long after it arrived: no arrival ends the wait for it. As `delivery` without a destination it
 * is said of any of them; an earlier release had the two words as a `status`, which is still taken.
 */
const isFailure = (word: string | null | undefined): word is 'retrying' | 'dead' =>
  word === 'retrying' || word === 'dead';

type Query = Record<string, string>;

/** Seconds to wait, beside what the object is asked for. */
type Waiting<Q> = Q & { wait: number };

/** The parameters of the list. `after` is `Number.MAX_SAFE_INTEGER` where a list from the end is not told where to begin. */
export function listParameters(query: Query): Result<Waiting<Omit<EventsQuery, 'waitMs'>>, FieldError[]> {
  const { delivery, ...others } = query;
  const anywhere = query.destination_id === undefined && isFailure(delivery) ? delivery : null;
  const common = commonParameters(anywhere === null ? query : others);
  const order = oneOfParameter('order', query.order, ['asc', 'desc']);
  const status = oneOfParameter('status', query.status, EVENT_STATUSES);
  const isDescending = order.ok && order.value === 'desc';
  const fallback = isDescending ? Number.MAX_SAFE_INTEGER : 0;
  const position = wholeParameters(query, { after: { min: 0, max: Number.MAX_SAFE_INTEGER, fallback } });
  if (!common.ok || !order.ok || !status.ok || !position.ok)
    return err([position, common, order, status].flatMap(part => (part.ok ? [] : part.error)));
  const { wait, filter } = common.value;
  if (anywhere !== null && ![null, 'accepted', anywhere].includes(status.value)) {
    const message = `cannot be combined with delivery ${anywhere}: what fails to be delivered was accepted`;
    return err([{ path: 'query:status', message }]);
  }
  const standing = anywhere ?? status.value;
  const unawaited = [
    ...(isFailure(standing) ? [`${anywhere === null ? 'status' : 'delivery'} ${standing}`] : []),
    ...(filter?.delivery != null ? [`delivery ${filter.delivery.state}`] : []),
  ];
  if (wait > 0 && unawaited.length > 0) {
    const message = `cannot be combined with ${unawaited.join(' and ')}: that comes with time, not with an event`;
    return err([{ path: 'query:wait', message }]);
  }
  if (wait > 0 && isDescending) {
    return err([
      { path: 'query:wait', message: 'cannot be combined with order desc: what arrives is not in it' },
    ]);
  }
  const newestFirst = isDescending ? ({ order: 'desc' } as const) : {};
  return ok({ ...common.value, after: position.value.after, status: standing, ...newestFirst });
}

/** What the list and the feed both take. */
export function commonParameters(
  query: Query,
): Result<Waiting<Omit<FeedQuery, 'after' | 'waitMs'>>, FieldError[]> {
  const page = wholeParameters(query, {
    limit: { min: 1, max: 500, fallback: 100 },
    wait: { min: 0, max: MAX_WAIT_SECONDS, fallback: 0 },
  });
  const include = oneOfParameter('include', query.include, ['body']);
  const topic = topicParameter(query.topic);
  const filter = filterParameters(query);
  if (!page.ok || !topic.ok || !include.ok || !filter.ok)
    return err([page, topic, include, filter].flatMap(part => (part.ok ? [] : part.error)));
  const { limit, wait } = page.value;
  if (wait > 0 && filter.value?.until != null) {
    return err([{ path: 'query:wait', message: 'cannot be combined with until: what arrives is later' }]);
  }
  return ok({
    ...{ limit, wait, topic: topic.value },
    ...(include.value === null ? {} : { include: include.value }),
    ...(filter.value === null ? {} : { filter: filter.value }),
  });
}

/** The `topic` that a list, a feed or a stream is asked for; null for all. */
export function topicParameter(topic: string | undefined): Result<string | null, FieldError[]> {
  if (topic === undefined) return ok(null);
  const bytes = new TextEncoder().encode(topic).length;
  if (bytes > 0 && bytes <= LIMITS.MAX_TOPIC_BYTES) return ok(topic);
  return err([{ path: 'query:topic', message: `must be text of 1 to ${LIMITS.MAX_TOPIC_BYTES} bytes` }]);
}
