/**
 * Notices: operational events, in which the gateway itself tells something about a webhook. They are delivered like any
 * other event, to destinations that subscribe to `gateway:*`.
 *
 * The first notice of a topic is sent at once. Those that follow within a minute are kept back and sent as one, with a
 * count. Pure: what is kept back is part of the log's state. Callers must not make a notice about the delivery of a
 * notice: that would be a loop.
 */

export type OperationalTopic =
  | 'gateway:gap_opened'
  | 'gateway:gap_uncertain'
  | 'gateway:gap_filled'
  | 'gateway:gap_expired'
  | 'gateway:event_quarantined'
  | 'gateway:delivery_dead'
  | 'gateway:destination_failing'
  | 'gateway:destination_disabled'
  | 'gateway:destination_recovered'
  | 'gateway:destination_behind'
  | 'gateway:destination_caught_up'
  | 'gateway:source_silent'
  | 'gateway:source_resumed'
  | 'gateway:requests_refused'
  | 'gateway:requests_accepted'
  | 'gateway:storage_high'
  | 'gateway:storage_recovered'
  | 'gateway:events_dropped';

/** What happened, with the field names of the API. */
export type NoticeDetails = Record<string, string | number | boolean | null | object>;

/** Per topic: until when notices are kept back (ms since 1970), how many there are, and the first of them. */
export type PendingNotices = Readonly<
  Record<string, { until: number; count: number; entries: readonly NoticeDetails[] }>
>;

export type Notice = { topic: OperationalTopic; count: number; entries: readonly NoticeDetails[] };

const TOGETHER_MS = 60_000;
/** A notice that stands for several has the details of at most so many. */
const MAX_ENTRIES = 20;

/** Takes in what happened. `notice` is to be sent now; null when it is kept back. `now` in ms since 1970. */
export function collectNotice(
  pending: PendingNotices,
  topic: OperationalTopic,
  details: NoticeDetails,
  now: number,
): { pending: PendingNotices; notice: Notice | null } {
  const kept = pending[topic];
  // After a minute in which nothing was kept back, the topic starts afresh.
  if (kept === undefined || (kept.count === 0 && kept.until <= now)) {
    const started = { until: now + TOGETHER_MS, count: 0, entries: [] };
    return {
      pending: { ...pending, [topic]: started },
      notice: { topic, count: 1, entries: [details] },
    };
  }
  const entries = kept.entries.length < MAX_ENTRIES ? [...kept.entries, details] : kept.entries;
  return { pending: { ...pending, [topic]: { ...kept, count: kept.count + 1, entries } }, notice: null };
}

/** Takes out what is due by `now` (ms since 1970). For each topic that was due, another minute begins. */
export function dueNotices(pending: PendingNotices, now: number): { pending: PendingNotices; due: Notice[] } {
  const due: Notice[] = [];
  const left: Record<string, PendingNotices[string]> = {};
  for (const [topic, kept] of Object.entries(pending)) {
    if (kept.until > now) left[topic] = kept;
    else if (kept.count > 0) {
      due.push({ topic: topic as OperationalTopic, count: kept.count, entries: kept.entries });
      left[topic] = { until: now + TOGETHER_MS, count: 0, entries: [] };
    }
  }
  return { pending: left, due };
}

/** Takes out a notice that was kept back, as it is not true any more. Null where none of those in full is it. */
export function withdrawn(
  pending: PendingNotices,
  topic: OperationalTopic,
  isIt: (details: NoticeDetails) => boolean,
): PendingNotices | null {
  const kept = pending[topic];
  const at = kept?.entries.findIndex(isIt) ?? -1;
  if (kept === undefined || at < 0) return null;
  return { ...pending, [topic]: { ...kept, count: kept.count - 1, entries: kept.entries.toSpliced(at, 1) } };
}

/** When `dueNotices` has something to send, ms since 1970, or null. */
export function nextNoticeAt(pending: PendingNotices): number | null {
  const times = Object.values(pending)
    .filter(({ count }) => count > 0)
    .map(({ until }) => until);
  return times.length > 0 ? Math.min(...times) : null;
}

/**
 * The body of the operational event: the details of a single notice directly, those of several as a list.
 * @param context what holds for all of them
 */
export function noticeBody(
  webhook: { id: number; name: string | null },
  notice: Notice,
  context: NoticeDetails = {},
): Uint8Array {
  const { topic, count, entries } = notice;
  const [only] = entries;
  const details = count === 1 && only !== undefined ? only : { entries };
  const message = { webhook_id: webhook.id, webhook_name: webhook.name, count, ...context, ...details };
  return new TextEncoder().encode(JSON.stringify({ topic, message }));
}
