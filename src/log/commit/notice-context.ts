/**
 * What every notice says besides what happened: which topics it concerns, the name of its destination, and where to look.
 * So a message can be understood by someone who knows neither ids nor the API. Pure.
 */
import { linkTo, type Shown } from '../../links';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { NoticeDetails, OperationalTopic } from './notices';

/** Notices wait in the state of the log, so what they say is bounded: a topic may have 256 bytes. */
export const MAX_NOTICE_TOPICS = 10;

type Named = Pick<WebhookRecord, 'id' | 'topics' | 'destinations'>;

/** The details with their context. @param publicUrl empty: there are no links */
export function inContext(
  webhook: Named,
  publicUrl: string,
  topic: OperationalTopic,
  details: NoticeDetails,
): NoticeDetails {
  const { destination_id: id } = details;
  const destination = webhook.destinations.find(one => one.id === id);
  const topics = topicsIn(details) ?? destination?.topics ?? webhook.topics;
  return {
    ...details,
    ...(typeof id === 'string' ? { destination_name: destination?.name ?? null } : {}),
    topics: topics.slice(0, MAX_NOTICE_TOPICS),
    link: linkTo(publicUrl, webhook.id, shownFor(topic, details)),
  };
}

/** The same for several notices as one: all their topics, and one link where they have the same. */
export function groupContext(
  webhook: Named,
  publicUrl: string,
  topic: OperationalTopic,
  entries: readonly NoticeDetails[],
): NoticeDetails {
  const all = inContext(webhook, publicUrl, topic, {});
  const topics = [...new Set(entries.flatMap(entry => topicsIn(entry) ?? []))];
  const links = new Set(entries.map(({ link }) => link ?? null));
  const [link] = links;
  return {
    topics: topics.length > 0 ? topics.slice(0, MAX_NOTICE_TOPICS) : (all.topics ?? []),
    link: links.size === 1 && typeof link === 'string' ? link : (all.link ?? null),
  };
}

function topicsIn({ topic, topics }: NoticeDetails): string[] | null {
  if (Array.isArray(topics) && topics.length > 0) return topics.filter(one => typeof one === 'string');
  return typeof topic === 'string' ? [topic] : null;
}

function shownFor(topic: OperationalTopic, { destination_id, sequence }: NoticeDetails): Shown {
  const of = (delivery: 'dead' | 'retrying' | 'waiting'): Shown =>
    typeof destination_id === 'string'
      ? { what: 'deliveries', destinationId: destination_id, delivery }
      : { what: 'status' };
  switch (topic) {
    case 'gateway:gap_opened':
    case 'gateway:gap_uncertain':
    case 'gateway:gap_filled':
    case 'gateway:gap_expired':
      return { what: 'gaps' };
    case 'gateway:event_quarantined':
      return typeof sequence === 'number' ? { what: 'event', sequence } : { what: 'latest' };
    case 'gateway:delivery_dead':
      return of('dead');
    case 'gateway:destination_failing':
      return of('retrying');
    case 'gateway:destination_behind':
      return of('waiting');
    case 'gateway:source_silent':
      return { what: 'latest' };
    case 'gateway:requests_refused':
      return { what: 'rejections' };
    default:
      return { what: 'status' };
  }
}
