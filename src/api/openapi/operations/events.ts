/** What arrived: operations and answers. */
import { type JsonSchema, orNull } from '../../../input/json-schema';
import { FINDS, FINDS_IN_FEED } from '../finding';
import { LISTEN, streamAnswers } from '../stream';
import { E, W } from './addresses';
import type { Operation } from './operation';
import {
  boolean,
  delivery,
  integer,
  list,
  mapOf,
  next,
  object,
  ref,
  said,
  text,
  time,
  words,
} from './shapes';

export const EVENTS_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: `${W}/events`, id: 'listEvents', tag: 'events' },
    summary: 'List events',
    description:
      'By sequence and complete: going on from `cursor` neither skips nor repeats an event. Filters hold together; one that has ' +
      'to search the log does so a bounded part a page, and `scanned_to` says how far it came. `wait` keeps the ' +
      'request open until there is one, 25 seconds at most. A page may be short or empty; follow `next` until it is null. ' +
      'An `after` beyond the last sequence gets 400: the webhook was made again, or it is of another.',
    takes: ['after', 'limit', 'topic', 'event_status', 'include', 'wait', ...FINDS],
    query: 'entity_key=order:100000015&order=desc',
    ...{ answers: [200, 'Events'], problems: [400, 404, 422] },
  },
  {
    ...{ method: 'get', path: `${W}/feed`, id: 'pullEvents', tag: 'events', summary: 'Pull events' },
    description:
      'What a destination for all topics would get, in the same order and complete: an event that was unconfirmed, held or in ' +
      'quarantine comes when it is let go. Go on from `cursor`. `wait` keeps the request open until there is an event. A ' +
      'cursor of another webhook, or of one that was deleted and made again under the same id, gets 400.',
    takes: ['feed_after', 'limit', 'topic', 'include', 'wait', ...FINDS_IN_FEED],
    query: 'after=0&include=body&wait=25',
    ...{ answers: [200, 'Feed'], problems: [400, 404, 422] },
  },
  LISTEN,
  {
    ...{ method: 'get', path: E, id: 'getEvent', tag: 'events' },
    summary: 'Read an event, with its deliveries and attempts',
    ...{ answers: [200, 'EventDetail'], problems: [404] },
  },
  {
    ...{ method: 'post', path: `${E}/release`, id: 'releaseEvent', tag: 'events' },
    summary: 'Let an event out of quarantine',
    ...{ answers: [200, 'Ingested'], problems: [404, 409, 422] },
  },
];

const scanned_to: JsonSchema = {
  ...orNull(object({ sequence: integer, received_at: orNull(time) })),
  description: 'the last event that was looked at, where the page is not the last; null at the end',
};

const summary = {
  sequence: integer,
  increment_id: orNull(integer),
  event_id: orNull(text),
  topic: text,
  topics: list(text),
  status: {
    ...words('accepted', 'confirming', 'held', 'quarantined'),
    description: 'what became of it when it came; `confirming` and `held` are accepted and wait to be let go',
  },
  delivery: {
    ...orNull(words('retrying', 'dead')),
    description: 'whether a delivery of it is dead, or is tried again after a failure; null: neither',
  },
  received_at: time,
  reason: said(
    'why it is held back: `invalid`, `conflict`, `unconfirmed`, …; null when it is not',
    orNull(text),
  ),
  body_signed: boolean,
  body_bytes: integer,
  late: boolean,
  repeats: said(
    'sequence of the first event with the same signed bytes; null where it is that',
    orNull(integer),
  ),
  epoch: orNull(integer),
};

const content = {
  headers: mapOf(text),
  query: text,
  body: said('the body as text, where it is UTF-8; null when it was erased', orNull(text)),
  body_base64: said('the body in base64, where it is no UTF-8', text),
  redacted: boolean,
};

const issue = object({ path: text, message: text });

export const EVENTS_ANSWERS: Record<string, JsonSchema> = {
  Event: object(summary, content),
  Events: object({
    events: said('a page of them; it may be short or empty', list(ref('Event'))),
    next,
    cursor: { ...text, description: '`after` to go on from, also at the end' },
    scanned_to,
  }),
  Feed: object({
    events: said('a page of them; it may be short or empty', list(ref('Event'))),
    next: { ...orNull(text), description: '`after` of the next page; null at the end' },
    cursor: { ...text, description: '`after` to go on from, also at the end' },
    scanned_to,
  }),
  EventDetail: object(
    {
      ...summary,
      headers: content.headers,
      query: text,
      redacted: boolean,
      verdict: said(
        'what the gateway found when it came',
        object({
          valid: said('whether it is as the provider says', boolean),
          issues: list(issue),
          reason: said('as of the event', orNull(text)),
          body_signed: boolean,
        }),
      ),
      entity_keys: list(text),
      deliveries: said('one for each destination that it is for', list(object(delivery))),
      attempts: said(
        'those that are kept, in their order',
        list(
          object({
            destination_id: text,
            attempt: said('which one to this destination, from 1', integer),
            at: time,
            outcome: said('how it ended', words('delivered', 'failed')),
            http_status: orNull(integer),
            duration_ms: { type: 'number' },
            error: orNull(text),
            connection_error: {
              ...orNull(words('lost', 'unreachable', 'not_sent', 'other')),
              description: 'why there was no answer, as far as it is known',
            },
            answer: {
              ...orNull(object({ text, truncated: boolean, headers: mapOf(text) })),
              description: 'what the receiver said where it did not take the event; text of whoever that is',
            },
            replay_id: { ...orNull(integer), description: 'the replay that it is of; null for none' },
          }),
        ),
      ),
    },
    { body: content.body, body_base64: content.body_base64 },
  ),
  Ingested: object(
    {
      status: said('what became of it', words('accepted', 'duplicate', 'ignored', 'quarantined')),
      increment_id: orNull(integer),
    },
    { sequence: integer, issues: list(issue) },
  ),
  ...streamAnswers(
    object({
      sequence: integer,
      ...delivery,
      at: time,
      replay_id: said('the replay that it is of; null for none', orNull(integer)),
    }),
  ),
};
