/** The shapes of the API's answers, as JSON Schema: the counterpart of the views that stand with the routes in `rest/`. */

import { type JsonSchema, orNull } from '../../input/json-schema';
import { answersOf } from '../../input/options';
import { DESTINATION_OPTIONS } from '../../subscriptions/destination-options';
import { JURISDICTIONS, LOCATION_HINTS } from '../../subscriptions/placement';
import { streamAnswers } from './stream';

const text: JsonSchema = { type: 'string' };
const integer: JsonSchema = { type: 'integer' };
const boolean: JsonSchema = { type: 'boolean' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const active: JsonSchema = { enum: [0, 1] };
const words = (...list: string[]): JsonSchema => ({ enum: list });
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const mapOf = (additionalProperties: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties });

/** All fields are always there; `optional` ones are not. */
function object(
  properties: Record<string, JsonSchema>,
  optional: Record<string, JsonSchema> = {},
): JsonSchema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
  };
}

const next: JsonSchema = {
  ...orNull(integer),
  description: '`after` of the next page; null at the end',
};
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
  status: words('accepted', 'confirming', 'held', 'quarantined', 'retrying', 'dead'),
  received_at: time,
  reason: orNull(text),
  body_signed: boolean,
  body_bytes: integer,
  late: boolean,
  repeats: { ...orNull(integer), description: 'sequence of the first event with the same signed bytes' },
  epoch: orNull(integer),
};
const content = {
  headers: mapOf(text),
  query: text,
  body: { ...orNull(text), description: 'where it is UTF-8; null when redacted' },
  body_base64: { ...text, description: 'where it is not UTF-8' },
  redacted: boolean,
};
const delivery = {
  destination_id: text,
  status: words('waiting', 'retrying', 'paused', 'delivered', 'dead'),
  attempts: integer,
  next_attempt_at: orNull(time),
  last_error: orNull(text),
};
const issue = object({ path: text, message: text });
const side = orNull(object({ increment_id: integer, sequence: orNull(integer), received_at: orNull(time) }));
const destination = {
  destination_id: text,
  ...answersOf(DESTINATION_OPTIONS),
  start: { anyOf: [words('now', 'beginning'), object({ sequence: integer })] },
  created_at: time,
};

const webhook = {
  webhook_id: integer,
  provider: text,
  name: orNull(text),
  topics: { anyOf: [text, list(text)] },
  is_active: active,
  on_invalid: words('quarantine', 'reject'),
  replay_protection: words('standard', 'strict'),
  retention_days: integer,
  when_full: words('drop_oldest_delivered', 'refuse'),
  sequence: object({
    enabled: boolean,
    hold_seconds: integer,
    grace_seconds: integer,
    expires_seconds: integer,
    restarts_with_secret: boolean,
  }),
  silence_seconds: orNull(integer),
  confirm: orNull(object({ url: text }, { tokens: mapOf(text) })),
  settings: mapOf(text),
  jurisdiction: orNull(words(...JURISDICTIONS)),
  location_hint: orNull(words(...LOCATION_HINTS)),
  ingest_url: text,
  created_at: time,
  updated_at: time,
};

const destinationStatus = object({
  destination_id: text,
  url: text,
  is_active: active,
  delivered: integer,
  failed_attempts: integer,
  retrying: integer,
  dead: integer,
  lag: integer,
  oldest_undelivered_at: orNull(time),
  last_delivered_at: orNull(time),
  disabled_reason: orNull(text),
  circuit: words('closed', 'open', 'recovering'),
  lost: list(object({ from: integer, to: integer, at: time })),
});

const captured = object({ headers: mapOf(text), query: text }, { body: orNull(text), body_base64: text });

const token = {
  token_id: text,
  name: text,
  scope: words('read', 'write'),
  webhook_id: orNull(integer),
  created_at: time,
  last_used_at: orNull(time),
};

const recoveryPoint = { bookmark: text, at: time };
const lost: JsonSchema = {
  ...orNull(object({ from: integer, to: integer })),
  description: 'sequences of events that came since: they are not in the log any more',
};

const kvCopy = {
  ...words('pending'),
  description: 'KV did not take the copy of the record yet; it is tried again every 5 s',
};

export const ANSWERS: Record<string, JsonSchema> = {
  Problem: object(
    { type: text, title: text, status: integer, detail: text },
    { errors: list(object({ path: text, message: text })), request_id: text },
  ),
  Webhook: object({ ...webhook, destinations: list(ref('Destination')) }, { signature: {} }),
  CreatedWebhook: object(
    { ...webhook, destinations: list(ref('CreatedDestination')) },
    { signature: {}, kv_copy: kvCopy },
  ),
  Webhooks: object({ webhooks: list(ref('Webhook')), next }),
  Destination: object(destination),
  CreatedDestination: object({
    ...destination,
    secret_key: { ...text, description: 'shown in this answer only' },
  }),
  RotatedSecret: object({ secret_key: text }, { usable_from: time }),
  Event: object(summary, content),
  Events: object({
    events: list(ref('Event')),
    next,
    cursor: { ...integer, description: '`after` to go on from, also at the end' },
    scanned_to,
  }),
  Feed: object({
    events: list(ref('Event')),
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
      verdict: object({ valid: boolean, issues: list(issue), reason: orNull(text), body_signed: boolean }),
      entity_keys: list(text),
      deliveries: list(object(delivery)),
      attempts: list(
        object({
          destination_id: text,
          attempt: integer,
          at: time,
          outcome: words('delivered', 'failed'),
          status: orNull(integer),
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
        }),
      ),
    },
    { body: content.body, body_base64: content.body_base64 },
  ),
  Ingested: object(
    { status: words('accepted', 'duplicate', 'ignored', 'quarantined'), increment_id: orNull(integer) },
    { sequence: integer, issues: list(issue) },
  ),
  Count: object({ count: integer }),
  Retried: object({
    waiting: { ...integer, description: 'deliveries that had not succeeded when this was asked for' },
    more: { ...boolean, description: 'true: they were counted in part, there are at least so many' },
    next_attempt_at: { ...orNull(time), description: 'null when nothing waits' },
  }),
  Redacted: object({ count: integer, next }),
  ...streamAnswers(object({ sequence: integer, ...delivery, at: time, replay: boolean })),
  Gap: object({
    epoch: integer,
    from: integer,
    to: integer,
    count: integer,
    status: words('open', 'uncertain', 'filled', 'expired', 'resolved'),
    detected_at: time,
    resolved_at: orNull(time),
    before: side,
    after: side,
    retry_until: orNull(time),
    readings: list(text),
    note: orNull(text),
  }),
  Gaps: object(
    { numbered: boolean, gaps: list(ref('Gap')) },
    { highest_increment_id: orNull(integer), epoch: orNull(integer) },
  ),
  ResolvedGaps: object({ count: integer, gaps: list(ref('Gap')) }),
  Status: object({
    numbered: boolean,
    last_sequence: integer,
    last_event_at: orNull(time),
    counters: object({ accepted: integer, duplicate: integer, ignored: integer, quarantined: integer }),
    rejected: { ...mapOf(integer), description: 'refused requests by reason' },
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
  Rejections: object({
    counts: mapOf(integer),
    rejections: list(
      object({
        at: time,
        reason: text,
        header_names: list(text),
        body_bytes: integer,
        body_sha256: orNull(text),
        request: orNull(captured),
      }),
    ),
  }),
  Capture: object({ capture_until: time }),
  Tested: object({ topic: text, status: integer, answer: { type: 'object' } }),
  Token: object(token),
  CreatedToken: object({ ...token, token: { ...text, description: 'shown in this answer only' } }),
  Tokens: object({ tokens: list(ref('Token')) }),
  Providers: object({
    providers: list({
      ...object({
        name: text,
        title: text,
        docs_url: text,
        numbered: boolean,
        retry_horizon_seconds: orNull(integer),
        body_signed: boolean,
      }),
      additionalProperties: true,
    }),
  }),
  Config: object({ webhooks: list({ type: 'object', additionalProperties: true }) }),
  Change: object(
    {
      action: words('create', 'update', 'delete'),
      kind: words('webhook', 'destination'),
      name: text,
    },
    {
      webhook: text,
      fields: { type: 'object', additionalProperties: true },
      secret_key: text,
      kv_copy: kvCopy,
    },
  ),
  Changes: object({ changes: list(ref('Change')) }),
  Bookmark: object({
    ...recoveryPoint,
    last_sequence: integer,
    lost,
    settings_go_back: { ...boolean, description: 'settings or secrets were changed since' },
  }),
  Restored: object({
    state: words('restored', 'unfinished'),
    undo: object(recoveryPoint),
    lost,
    last_sequence: { ...orNull(integer), description: 'events go on above it; null where it is unfinished' },
  }),
  Export: object({
    format: integer,
    key_id: { ...text, description: 'which TRANSFER_KEY it is sealed with' },
    webhooks: list(object({ webhook_id: integer, name: orNull(text), provider: text, sealed: text })),
    next: { ...orNull(text), description: '`after` of the next part; null at the end' },
    failed: list(object({ webhook_id: integer, reason: text })),
  }),
  Imported: object({
    webhooks: list(
      object(
        {
          webhook_id: integer,
          name: orNull(text),
          action: words('create', 'update', 'none'),
          ingest_url: text,
          changes: list(ref('Change')),
        },
        { kv_copy: kvCopy },
      ),
    ),
  }),
  Resealed: object({
    count: { ...integer, description: 'webhooks whose secrets were sealed anew' },
    checked: { ...integer, description: 'webhooks that were looked at' },
    next: { ...orNull(text), description: '`after` of the next part; null at the end' },
    key_id: text,
    failed: list(object({ webhook_id: integer, reason: text })),
  }),
  SelfTest: object({
    run: text,
    key: { ...text, description: 'for the measures and the echo, for three minutes' },
    expires_at: time,
    destination_secret: { ...text, description: 'of a destination at /self_test/receiver' },
  }),
  Connections: object({
    couriers: integer,
    asked: { ...integer, description: 'requests that were sent at once' },
    at_once: { ...integer, description: 'of these waited for their headers at the same time' },
    failed: integer,
    failure: {
      ...orNull(
        object({
          error: words('timeout', 'connection', 'status', 'other_answer'),
          status: orNull(integer),
          cloudflare_code: orNull(integer),
        }),
      ),
      description: 'why the first of those failed',
    },
  }),
  Waking: object({ couriers: list(object({ first_ms: integer, again_ms: integer })) }),
  Invocations: object({
    allowed: integer,
    tried: integer,
    refused: { ...orNull(text), description: 'what the platform said to the one after those' },
  }),
  KvDelay: object({
    new_key_ms: { ...orNull(integer), description: 'null: not seen within 10 s' },
    changed_key_ms: orNull(integer),
  }),
  Echoed: object({ run: text, version: orNull(text), arrived_ms: integer, answered_ms: integer }),
  Received: object({ signature: words('right') }),
  Health: object({
    status: words('ok'),
    version: { ...orNull(text), description: 'id of the deployed version' },
  }),
};
