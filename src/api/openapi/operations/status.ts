/** How webhooks and their destinations do: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { ANSWER_CLASSES } from '../../../log/contract/status';
import { MINUTES } from '../../../minute-counts';
import { W } from './addresses';
import type { Operation } from './operation';
import { boolean, integer, list, mapOf, next, object, ref, said, text, time, words } from './shapes';

export const STATUS_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/v1/status', id: 'getOverview', tag: 'operation' },
    summary: 'All webhooks at a glance',
    description:
      'Ascending by id; follow `next` beyond 500. A webhook that does not answer within 7 seconds says so in `left_out`, and what is not ' +
      'known of it is null. A token for one webhook sees that one.',
    ...{ takes: ['after', 'overview_limit'], answers: [200, 'Overview'] },
  },
  {
    ...{ method: 'get', path: `${W}/status`, id: 'getStatus', tag: 'operation' },
    summary: 'Counters, gaps, and how each destination does',
    ...{ answers: [200, 'Status'], problems: [404] },
  },
];

const eventsPerHour: JsonSchema = {
  ...list(orNull(integer)),
  ...{ minItems: 24, maxItems: 24 },
  description:
    'events stored in each of the last 24 hours of the clock in UTC, the running hour last; null for an hour in which nobody counted',
};
const perMinute = (what: string): JsonSchema => ({
  ...{ ...list(orNull(integer)), minItems: MINUTES, maxItems: MINUTES },
  description: `${what} in each of the last 60 minutes, the running one last; null for a minute in which nobody counted`,
});
const refusedLastDay = said(
  'requests refused in the last 24 hours; null where a part of them was not counted',
  orNull(integer),
);
const waitingExact =
  'false: beyond the first 512, or with a filter, events are counted that were not looked at yet, wanted or not';
const CIRCUIT = '`open`: it is only probed; `recovering`: it gets ever more again';
const PERCENT = 'how much is used of what it may store, in percent';
const active = said('false: its requests are refused, and nothing is delivered', boolean);
const circuit = words('closed', 'open', 'recovering');
const nextAttemptAt = said(
  'when the next attempt begins, the present where one is under way; null when nothing waits, or while paused',
  orNull(time),
);
const failingSince = said(
  'since when every attempt has failed, at the address that it has; null where the last one did not',
  orNull(time),
);
const lastFailure = said(
  'of the latest of those attempts; null where the latest one succeeded',
  orNull(
    object({
      http_status: said('the status of the answer; null where there was none', orNull(integer)),
      error: said('why it failed', orNull(text)),
      answer: {
        ...orNull(object({ text, truncated: boolean, headers: mapOf(text) })),
        description:
          'what the receiver said, while that attempt is among the latest; text of whoever that is',
      },
    }),
  ),
);
const disabledReason = said('why the gateway itself turned it off', orNull(text));

const destinationStatus = object({
  destination_id: text,
  name: orNull(text),
  url: text,
  is_active: said('false: paused, its events wait', boolean),
  disabled_reason: disabledReason,
  delivered: integer,
  failed_attempts: said('attempts that failed', integer),
  attempts: said(
    'attempts by the class of the answer, or why there was none',
    object(
      Object.fromEntries(ANSWER_CLASSES.map(name => [name, said(`attempts that ended in ${name}`, integer)])),
    ),
  ),
  waiting: said('deliveries that have neither succeeded nor died', integer),
  waiting_exact: said(waitingExact, boolean),
  retrying: said('of these, those that failed before', integer),
  dead: integer,
  lag: said('sequences between the end of the log and where the destination stands', integer),
  oldest_undelivered_at: said(
    'when the oldest event that it still has to get was accepted; null when it has all',
    orNull(time),
  ),
  last_delivered_at: said('when the last delivery arrived; null before the first', orNull(time)),
  failing_since: failingSince,
  last_failure: lastFailure,
  next_attempt_at: nextAttemptAt,
  circuit: said(CIRCUIT, circuit),
  circuit_since: said('since when it is not closed', orNull(time)),
  next_probe_at: said('when the next probe may start; null while it is not open', orNull(time)),
  secret_overlap_until: said('until when an earlier secret signs, too', orNull(time)),
  lost: said(
    'sequences that retention dropped before they were delivered, the last 100 ranges',
    list(object({ from: integer, to: integer, at: time })),
  ),
  lost_events: said('events that retention dropped before they were delivered', integer),
});

export const STATUS_ANSWERS: Record<string, JsonSchema> = {
  Overview: object({ webhooks: said('ascending by id', list(ref('WebhookOverview'))), next }),
  WebhookOverview: object({
    webhook_id: integer,
    name: orNull(text),
    provider: text,
    is_active: active,
    left_out: said(
      'null: it answered. Else why nothing is known of it: it was too late, could not be reached, or runs the release before',
      orNull(words('late', 'unreachable', 'earlier_release')),
    ),
    last_event_at: orNull(time),
    events_per_hour: orNull(eventsPerHour),
    open_gaps: orNull(integer),
    missing_ids: orNull(integer),
    awaited_ids: orNull(integer),
    uncertain_ids: orNull(integer),
    waiting: said('deliveries that have neither succeeded nor died', orNull(integer)),
    waiting_exact: said(waitingExact, orNull(boolean)),
    dead: orNull(integer),
    refused_last_day: refusedLastDay,
    destinations: said('how many destinations it has', orNull(integer)),
    paused: said('how many of them somebody turned off', orNull(integer)),
    failing: said(
      'destinations whose latest attempt failed, whose circuit is open, or that answered 410',
      orNull(
        list(
          object({
            destination_id: text,
            name: orNull(text),
            failing_since: failingSince,
            circuit: said(CIRCUIT, circuit),
            next_attempt_at: nextAttemptAt,
            disabled_reason: disabledReason,
          }),
        ),
      ),
    ),
    storage_percent: said(PERCENT, orNull({ type: 'number' })),
    storage_refusing_since: said('since when writes fail', orNull(time)),
  }),
  Status: object({
    name: orNull(text),
    provider: text,
    is_active: active,
    secret_overlap_until: said('until when an earlier inbound secret is accepted, too', orNull(time)),
    numbered: boolean,
    last_sequence: integer,
    last_event_at: orNull(time),
    events_per_hour: eventsPerHour,
    per_minute: said(
      'what happened in each minute of the last hour',
      object({
        accepted: perMinute('events accepted as they came'),
        delivered: perMinute('attempts of its destinations that delivered'),
        failed: perMinute('attempts of its destinations that failed'),
      }),
    ),
    counters: said(
      'what became of requests that were signed, since the webhook was made',
      object({
        accepted: said('events that were accepted', integer),
        duplicate: said('requests that brought an event which was there', integer),
        ignored: said('events of topics that are not taken', integer),
        quarantined: said('events that were put into quarantine', integer),
      }),
    ),
    rejected: { ...mapOf(integer), description: 'refused requests by reason' },
    refused_last_day: refusedLastDay,
    epoch: orNull(integer),
    highest_increment_id: orNull(integer),
    open_gaps: orNull(integer),
    missing_ids: orNull(integer),
    awaited_ids: orNull(integer),
    uncertain_ids: orNull(integer),
    storage: said(
      'what it stores, and may',
      object({
        used_bytes: said('bytes that are stored', integer),
        limit_bytes: said('bytes that may be stored', integer),
        percent: said(PERCENT, { type: 'number' }),
        dropped_events: {
          ...integer,
          description: 'delivered events that were dropped before their retention, to make room',
        },
        dropped_up_to: { ...orNull(integer), description: 'their highest sequence; null for none' },
        refusing_since: {
          ...orNull(time),
          description: 'since when writes fail; nothing is delivered until one works again',
        },
      }),
    ),
    destinations: said('how each does', list(destinationStatus)),
  }),
};
