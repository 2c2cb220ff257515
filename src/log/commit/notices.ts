/**
 * Operational events: what the gateway itself has to say about a webhook, delivered like any other event to
 * destinations that subscribe to `gateway:*`.
 *
 * The first of a topic goes at once; what follows within a minute is kept and goes as one, with a count. Pure: the
 * state is plain data in the log's state. An operational event about the delivery of one is never made (the caller
 * sees to that), so there are no loops.
 */

export type OperationalTopic =
  | 'gateway:gap_opened'
  | 'gateway:gap_filled'
  | 'gateway:gap_expired'
  | 'gateway:event_quarantined'
  | 'gateway:destination_disabled'
  | 'gateway:destination_recovered'
  | 'gateway:source_silent'
  | 'gateway:requests_refused';

/** What happened, in the words of the API. */
export type NoticeDetails = Record<string, string | number | null | object>;

/** Per topic: until when notices are kept, ms since 1970; how many there were, and the first of them. */
export type PendingNotices = Readonly<
  Record<string, { until: number; count: number; entries: readonly NoticeDetails[] }>
>;

export type Notice = { topic: OperationalTopic; count: number; entries: readonly NoticeDetails[] };

const TOGETHER_MS = 60_000;
/** Of many notices, so many are told in full. */
const MAX_ENTRIES = 20;

/** Something happened: `notice` is to be sent now, or null when it is kept for later. */
export function collectNotice(
  pending: PendingNotices,
  topic: OperationalTopic,
  details: NoticeDetails,
  now: number,
): { pending: PendingNotices; notice: Notice | null } {
  const kept = pending[topic];
  // A minute in which nothing was kept has left nothing to send.
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

/** The minutes that are over: what was kept in them is to be sent, and begins another minute. */
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

/** When `dueNotices` has something to send, ms since 1970, or null. */
export function nextNoticeAt(pending: PendingNotices): number | null {
  const times = Object.values(pending)
    .filter(({ count }) => count > 0)
    .map(({ until }) => until);
  return times.length > 0 ? Math.min(...times) : null;
}

/** The event's body. One notice is told flat, several as a list. */
export function noticeBody(webhook: { id: number; name: string | null }, notice: Notice): Uint8Array {
  const { topic, count, entries } = notice;
  const [only] = entries;
  const told = count === 1 && only !== undefined ? only : { entries };
  const message = { webhook_id: webhook.id, webhook_name: webhook.name, count, ...told };
  return new TextEncoder().encode(JSON.stringify({ topic, message }));
}
