/**
 * Operational events: what the gateway itself has to say about a webhook, delivered like any other event to
 * destinations that subscribe to `gateway:*`.
 *
 * The first of a topic goes at once; what follows within a minute is kept and goes as one, with a count. Pure: the
 * state is plain data in the log's head. An operational event about the delivery of one is never made (the caller
 * sees to that), so there are no loops.
 */

export type OperationalTopic =
  | 'gateway:gap_opened'
  | 'gateway:gap_filled'
  | 'gateway:gap_expired'
  | 'gateway:event_quarantined'
  | 'gateway:destination_disabled'
  | 'gateway:destination_recovered'
  | 'gateway:source_silent';

/** What happened, in the words of the API. */
export type Happening = Record<string, string | number | null | object>;

/** Per topic: until when happenings are kept, ms since 1970; how many there were, and the first of them. */
export type Reports = Readonly<
  Record<string, { until: number; count: number; entries: readonly Happening[] }>
>;

export type Report = { topic: OperationalTopic; count: number; entries: readonly Happening[] };

const TOGETHER_MS = 60_000;
/** Of many happenings, so many are told in full. */
const MAX_ENTRIES = 20;

/** Something happened: `report` is to be sent now, or null when it is kept for later. */
export function happened(
  reports: Reports,
  topic: OperationalTopic,
  happening: Happening,
  now: number,
): { reports: Reports; report: Report | null } {
  const kept = reports[topic];
  // A minute in which nothing was kept has left nothing to send.
  if (kept === undefined || (kept.count === 0 && kept.until <= now)) {
    const started = { until: now + TOGETHER_MS, count: 0, entries: [] };
    return {
      reports: { ...reports, [topic]: started },
      report: { topic, count: 1, entries: [happening] },
    };
  }
  const entries = kept.entries.length < MAX_ENTRIES ? [...kept.entries, happening] : kept.entries;
  return { reports: { ...reports, [topic]: { ...kept, count: kept.count + 1, entries } }, report: null };
}

/** The minutes that are over: what was kept in them is to be sent, and begins another minute. */
export function dueReports(reports: Reports, now: number): { reports: Reports; due: Report[] } {
  const due: Report[] = [];
  const left: Record<string, Reports[string]> = {};
  for (const [topic, kept] of Object.entries(reports)) {
    if (kept.until > now) left[topic] = kept;
    else if (kept.count > 0) {
      due.push({ topic: topic as OperationalTopic, count: kept.count, entries: kept.entries });
      left[topic] = { until: now + TOGETHER_MS, count: 0, entries: [] };
    }
  }
  return { reports: left, due };
}

/** When `dueReports` has something to send, ms since 1970, or null. */
export function nextReportAt(reports: Reports): number | null {
  const times = Object.values(reports)
    .filter(({ count }) => count > 0)
    .map(({ until }) => until);
  return times.length > 0 ? Math.min(...times) : null;
}

/** The event's body. One happening is told flat, several as a list. */
export function reportBody(webhook: { id: number; name: string | null }, report: Report): Uint8Array {
  const { topic, count, entries } = report;
  const [only] = entries;
  const told = count === 1 && only !== undefined ? only : { entries };
  const message = { webhook_id: webhook.id, webhook_name: webhook.name, count, ...told };
  return new TextEncoder().encode(JSON.stringify({ topic, message }));
}

/** The same as a line for a chat channel that takes `{"text"}` (Slack's incoming webhooks). */
export function slackBody(body: Uint8Array): Uint8Array {
  const { topic, message } = JSON.parse(new TextDecoder().decode(body)) as {
    topic: string;
    message: Record<string, unknown>;
  };
  const { webhook_id, webhook_name, count, ...rest } = message;
  const name = webhook_name === null ? String(webhook_id) : `${webhook_name} (${webhook_id})`;
  const what = topic.replace('gateway:', '').replaceAll('_', ' ');
  const times = count === 1 ? '' : ` ×${count}`;
  const details = JSON.stringify(rest);
  // Slack reads these three as markup.
  const escaped = `${name}: ${what}${times} ${details}`
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return new TextEncoder().encode(JSON.stringify({ text: escaped }));
}
