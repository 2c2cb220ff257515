/** How webhooks and their destinations do: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { ANSWER_CLASSES } from '../../../log/contract/status';
import { MINUTES } from '../../../minute-counts';
import { W } from './addresses';
import type { Operation } from './operation';
import { boolean, integer, list, mapOf, next, object, ref, text, time, words } from './shapes';

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

const said = (description: string, schema: JsonSchema): JsonSchema => ({ ...schema, description });

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
const circuit = words('closed', 'open', 'recovering');
const nextAttemptAt = said(
  'when the next attempt begins, the present where one is under way; null when nothing waits, or while paused',
  orNull(time),
);
const failingSince = said('since when every attempt has failed', orNull(time));
const disabledReason = said('why the gateway itself turned it off', orNull(text));

const destinationStatus = object({
  destination_id: text,
  name: orNull(text),
  url: text,
  is_active: said('false: paused, its events wait', boolean),
  disabled_reason: disabledReason,
  delivered: integer,
  failed_attempts: integer,
  attempts: said(
    'attempts by the class of the answer, or why there was none',
    object(Object.fromEntries(ANSWER_CLASSES.map(name => [name, integer]))),
  ),
  waiting: said('deliveries that have neither succeeded nor died', integer),
  waiting_exact: said(waitingExact, boolean),
  retrying: said('of these, those that failed before', integer),
  dead: integer,
  lag: said('sequences between the end of the log and where the destination stands', integer),
  oldest_undelivered_at: orNull(time),
  last_delivered_at: orNull(time),
  failing_since: failingSince,
  next_attempt_at: nextAttemptAt,
  circuit: said('`open`: it is only probed; `recovering`: it gets ever more again', circuit),
  circuit_since: said('since when it is not closed', orNull(time)),
  next_probe_at: orNull(time),
  secret_overlap_until: said('until when an earlier secret signs, too', orNull(time)),
  lost: list(object({ from: integer, to: integer, at: time })),
  lost_events: said('events that retention dropped before they were delivered', integer),
});

export const STATUS_ANSWERS: Record<string, JsonSchema> = {
  Overview: object({ webhooks: list(ref('WebhookOverview')), next }),
  WebhookOverview: object({
    webhook_id: integer,
    name: orNull(text),
    provider: text,
    is_active: boolean,
    left_out: said(
      'null: it answered. Else why nothing is known of it: it was too late, could not be reached, or runs the release before',
      orNull(words('late', 'unreachable', 'earlier_release')),
    ),
    last_event_at: orNull(time),
    events_per_hour: orNull(eventsPerHour),
    open_gaps: said('null also where events have no numbers', orNull(integer)),
    missing_ids: orNull(integer),
    uncertain_ids: orNull(integer),
    waiting: said('deliveries that have neither succeeded nor died', orNull(integer)),
    waiting_exact: said(waitingExact, orNull(boolean)),
    dead: orNull(integer),
    refused_last_day: refusedLastDay,
    destinations: said('how many', orNull(integer)),
    paused: said('how many of them somebody turned off', orNull(integer)),
    failing: orNull(
      list(
        object({
          destination_id: text,
          name: orNull(text),
          failing_since: failingSince,
          circuit,
          next_attempt_at: nextAttemptAt,
          disabled_reason: disabledReason,
        }),
      ),
    ),
    storage_percent: said('of what it may store', orNull({ type: 'number' })),
    storage_refusing_since: said('since when writes fail', orNull(time)),
  }),
  Status: object({
    name: orNull(text),
    provider: text,
    is_active: boolean,
    secret_overlap_until: said('until when an earlier inbound secret is accepted, too', orNull(time)),
    numbered: boolean,
    last_sequence: integer,
    last_event_at: orNull(time),
    events_per_hour: eventsPerHour,
    per_minute: object({
      accepted: perMinute('events accepted'),
      delivered: perMinute('attempts of its destinations that delivered'),
      failed: perMinute('attempts of its destinations that failed'),
    }),
    counters: object({ accepted: integer, duplicate: integer, ignored: integer, quarantined: integer }),
    rejected: { ...mapOf(integer), description: 'refused requests by reason' },
    refused_last_day: refusedLastDay,
    epoch: orNull(integer),
    highest_increment_id: orNull(integer),
    open_gaps: orNull(integer),
    missing_ids: orNull(integer),
    uncertain_ids: orNull(integer),
    storage: object({
      used_bytes: integer,
      limit_bytes: integer,
      dropped_events: {
        ...integer,
        description: 'delivered events that were dropped before their retention, to make room',
      },
      dropped_up_to: { ...orNull(integer), description: 'their highest sequence' },
      refusing_since: {
        ...orNull(time),
        description: 'since when writes fail; nothing is delivered until one works again',
      },
    }),
    destinations: list(destinationStatus),
  }),
};
