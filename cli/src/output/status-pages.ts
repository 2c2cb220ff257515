/** How webhooks do, for people. */
import type { Schemas } from '../gateway/api';
import { destinationFails } from './health';
import { type Cell, fields, type Paint, table } from './table';
import { relativeTime } from './times';

type Status = Schemas['Status'];
type Overview = Schemas['WebhookOverview'];

/** A line for each webhook. @param nowMs ms since 1970 */
export function overviewPage(webhooks: readonly Overview[], paint: Paint, nowMs: number): string {
  if (webhooks.length === 0) return 'There is no webhook yet.';
  const head = [
    ...['webhook', 'provider', 'state', 'last event', 'events in 24 h', 'open gaps', 'awaited ids'],
    ...['uncertain ids', 'waiting', 'dead', 'refused', 'storage', 'destinations that fail'],
  ];
  const rows = webhooks.map((webhook): Cell[] => [
    ...[
      webhook.name ?? webhook.webhook_id,
      webhook.provider,
      stateOf(webhook),
      ago(webhook.last_event_at, nowMs),
    ],
    ...[
      dayOf(webhook.events_per_hour),
      bad(webhook.open_gaps),
      webhook.awaited_ids || null,
      webhook.uncertain_ids || null,
      webhook.waiting,
    ],
    ...[bad(webhook.dead), webhook.refused_last_day || null, percent(webhook.storage_percent)],
    (webhook.failing ?? []).map(({ name, destination_id }) => name ?? destination_id).join(', ') || null,
  ]);
  return table(head, rows, paint);
}

/** One webhook in detail. @param nowMs ms since 1970 */
export function webhookPage(status: Status, paint: Paint, nowMs: number): string {
  const { counters, destinations, storage } = status;
  const refused = Object.entries(status.rejected).map(([reason, count]) => `${count} ${reason}`);
  const about = fields(
    [
      ['webhook', `${status.name ?? ''} (${status.provider})`.trim()],
      ['active', status.is_active ? 'yes' : { text: 'no', colour: 'yellow' }],
      ['last event', ago(status.last_event_at, nowMs) ?? 'none yet'],
      ['events in 24 h', dayOf(status.events_per_hour)],
      ['accepted', counters.accepted],
      ['duplicate', counters.duplicate || null],
      ['ignored', counters.ignored || null],
      ['quarantined', bad(counters.quarantined) || null],
      ['refused', refused.join(', ') || null],
      ['open gaps', status.open_gaps === null ? 'not numbered' : bad(status.open_gaps)],
      ['missing ids', status.missing_ids],
      ['awaited ids', awaited(status.awaited_ids)],
      ['uncertain ids', status.uncertain_ids || null],
      ['old secret until', status.secret_overlap_until],
      ['storage', percent(storage.percent)],
      ['refuses since', storage.refusing_since],
    ],
    paint,
  );
  if (destinations.length === 0) return `${about}\n\nIt has no destination.`;
  const head = [
    'destination',
    'name',
    'state',
    'delivered',
    'waiting',
    'retrying',
    'dead',
    'oldest waits',
    'next attempt',
  ];
  const rows = destinations.map((destination): Cell[] => [
    ...[destination.destination_id, destination.name ?? destination.url, destinationState(destination)],
    ...[destination.delivered, destination.waiting, destination.retrying, bad(destination.dead)],
    ...[ago(destination.oldest_undelivered_at, nowMs), ago(destination.next_attempt_at, nowMs)],
  ]);
  return `${about}\n\n${table(head, rows, paint)}`;
}

const ago = (time: string | null, nowMs: number): string | null =>
  time === null ? null : relativeTime(time, nowMs);

const percent = (share: number | null): string | null => (share === null ? null : `${share} %`);

const bad = (count: number | null): Cell => (count ? { text: String(count), colour: 'red' } : count);

/** Said with what it means: nothing is missing yet. */
const awaited = (ids: number | null): string | null => (ids ? `${ids}, within their grace` : null);

/** Of the last 24 hours, as far as they were counted. */
const dayOf = (hours: readonly (number | null)[] | null): number | null =>
  hours === null ? null : hours.reduce<number>((sum, count) => sum + (count ?? 0), 0);

function stateOf({ is_active, left_out, storage_refusing_since }: Overview): Cell {
  if (left_out !== null) return { text: `no answer: ${left_out}`, colour: 'red' };
  if (storage_refusing_since !== null) return { text: 'storage refuses', colour: 'red' };
  return is_active ? { text: 'active', colour: 'green' } : { text: 'off', colour: 'yellow' };
}

function destinationState(destination: Status['destinations'][number]): Cell {
  const { is_active, circuit, disabled_reason } = destination;
  if (disabled_reason !== null) return { text: `off: ${disabled_reason}`, colour: 'red' };
  if (!is_active) return { text: 'paused', colour: 'yellow' };
  if (destinationFails(destination)) return { text: 'fails', colour: 'red' };
  return circuit === 'recovering'
    ? { text: 'recovers', colour: 'yellow' }
    : { text: 'well', colour: 'green' };
}
