/**
 * What the fields of answers mean. A name means the same in every answer, so what it means is said once, here; where an answer has more
 * to say of a field, it says so itself. Units stand in the names (`_seconds`, `_ms`, `_bytes`) or in what is said.
 */
import type { JsonSchema } from '../../../input/json-schema';
import { isObject } from '../../../json/kind';
import { fieldsIn } from '../words';

const MEANINGS: Readonly<Record<string, string>> = {
  // Whose it is, and what it is called.
  webhook_id: 'id of the webhook',
  destination_id: 'id of the destination',
  sequence: 'number of the event in the log, from 1 in the order of acceptance',
  replay_id: 'id of the replay',
  redaction_id: 'id of the receipt',
  token_id: 'id of the API token',
  audit_id: 'number of the entry; grows with time',
  name: 'what you call it; null or empty without a name',
  provider: 'who sends the events: a name of `GET /v1/providers`, or `custom`',
  url: 'address that events are sent to',
  ingest_url: 'address that the provider sends events to',
  // Numbers of the provider.
  increment_id: "the provider's own number of the event; null without one",
  event_id: "the provider's own id of the event; null without one",
  epoch: 'which numbering of the provider, from 1; null without one',
  highest_increment_id: 'the highest number that came in the current numbering; null before the first',
  numbered: 'false: the events have no numbers, so what is missing cannot be known',
  open_gaps: 'gaps whose ids may still come; null where events have no numbers',
  missing_ids: 'increment ids in open gaps; null where events have no numbers',
  awaited_ids:
    'increment ids that are not here and within their grace: no gap yet; null where events have no numbers',
  uncertain_ids:
    'increment ids that are missing in one reading of what came; null where events have no numbers',
  // Times.
  at: 'when it was',
  created_at: 'when it was made',
  updated_at: 'when its settings were changed last',
  received_at: 'when the event was accepted; null where that is not on record',
  last_event_at: 'when the last event was stored; null before the first',
  started_at: 'when it began',
  ended_at: 'when it ended; null while it runs',
  capture_until: 'until when refused requests are kept whole',
  expires_at: 'until when it can be used',
  usable_from: 'from when the provider has to sign with it',
  last_used_at: 'when it was used last, to the hour; null for never',
  // Events and deliveries.
  topic: 'what the event is, in the words of the provider; of a list, that of its first element',
  topics: 'all topics of the event: several where it is a list',
  body_signed: 'whether the signature covers the body',
  body_bytes: 'size of the body in bytes',
  late: 'whether events with a higher number went before it',
  headers: 'by name in lower case; repeated ones joined with a comma',
  query: 'query string of the request, without `?`; empty without one',
  redacted: 'whether what it says was erased',
  entity_keys: 'what it is about, as the filter `entity_key` takes it',
  attempts: 'how often it was tried',
  delivery:
    'how the delivery stands; what has not been let go yet says so in the words of the event, and one that ended when the event was erased is `redacted`',
  next_attempt_at:
    'when the next attempt begins, the present where one is under way; null for none, or while paused',
  last_error: 'class of the last failure: `timeout`, `connection`, `status`, …; null without one',
  error: 'class of the failure: `timeout`, `connection`, `status`, …; null where it was taken',
  duration_ms: 'how long it took, in milliseconds',
  http_status: 'HTTP status of the answer; null where there was none',
  truncated: 'whether it was longer than the part that is kept',
  text: 'as text; cut at a character',
  issues: 'what is not as it should be, by field',
  delivered: 'deliveries that arrived',
  dead: 'deliveries that were given up',
  // What changed, and what is wrong with what was given.
  path: 'JSON pointer of the field, or `query:` and the name of a parameter; empty for the whole',
  message: 'what is wrong with it, in words',
  reason: 'why, as a word',
  next: '`after` of the next page; null at the end',
  cursor: '`after` to go on from, also at the end',
  count: 'how many',
  from: 'the first of the range',
  to: 'the last of the range, included',
  last_sequence: 'number of the last event in the log; 0 before the first',
  bookmark: 'a moment of the storage, as Cloudflare names it',
  run: 'id of the self-test',
  version: 'id of the deployed version; null where it was not deployed',
  failed: 'those for which it did not work, and why',
  secret_key: 'the secret; shown in this answer only',
};

/** Fields of an answer, each with what it means. */
export const withMeanings = (properties: Record<string, JsonSchema>): Record<string, JsonSchema> =>
  said(properties, (_path, name) => (Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined));

/** Fields that a request sets and an answer shows, each with what is said of it in the request. */
export function asInRequest(
  properties: Record<string, JsonSchema>,
  request: JsonSchema,
): Record<string, JsonSchema> {
  const meanings = new Map(fieldsIn(request).map(({ name, meaning }) => [name, meaning]));
  return said(properties, path => meanings.get(path));
}

type MeaningOf = (path: string, name: string) => string | undefined;

/** What says something of itself stays as it is. */
function said(
  properties: Record<string, JsonSchema>,
  meaningOf: MeaningOf,
  prefix = '',
): Record<string, JsonSchema> {
  const entries = Object.entries(properties).map(([name, schema]): [string, JsonSchema] => {
    const path = prefix + name;
    const description = schema.description ?? meaningOf(path, name);
    const inner = withinSaid(schema, meaningOf, `${path}.`);
    return [name, description === undefined ? inner : { ...inner, description }];
  });
  return Object.fromEntries(entries);
}

function withinSaid(schema: JsonSchema, meaningOf: MeaningOf, prefix: string): JsonSchema {
  if (Array.isArray(schema.anyOf)) {
    const forms: unknown[] = schema.anyOf;
    const anyOf = forms.map(form => (isObject(form) ? withinSaid(form, meaningOf, prefix) : form));
    return { ...schema, anyOf };
  }
  if (!isObject(schema.properties)) return schema;
  const properties = Object.entries(schema.properties).flatMap(([name, inner]): [string, JsonSchema][] =>
    isObject(inner) ? [[name, inner]] : [],
  );
  return { ...schema, properties: said(Object.fromEntries(properties), meaningOf, prefix) };
}
