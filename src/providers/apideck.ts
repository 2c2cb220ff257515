/**
 * Apideck, a unified API: thin events that name an entity to fetch.
 *
 * Not the bytes are signed, but the JSON with its keys sorted. The documentation contradicts itself about arrays, and the
 * OpenAPI file says "the request body", so all three readings are tried.
 *
 * `execution_attempt` is inside the body, so a retry has other bytes and another signature. Two requests are one event
 * when they have the same event id.
 *
 * Apideck's schema requires no field. The event type and id in the body are signed, those in the headers are not. So the
 * headers are used only where the body has none.
 *
 * When a webhook's URL is set, Apideck POSTs a signed request of undocumented shape and disables the webhook unless
 * it is answered 2xx. Any signed JSON that is recognisably no event is therefore accepted, as `apideck:validation`.
 *
 * https://developers.apideck.com/guides/webhook-signature-verification,
 * github.com/apideck-libraries/openapi-specs (`webhook.yml`, `ecommerce.yml`)
 */
import * as v from 'valibot';
import { isObject, kindOf } from '../json/kind';
import { parseRfc3339 } from '../time';
import { openBody } from './body';
import { entityKey, idText } from './entity-key';
import { eventIdFrom, readEventId } from './event-id';
import { checkShape, limitIssues } from './issues';
import type { Description, Issue, Provider, VerifiedRequest } from './provider';
import type { Reading } from './reading';
import { id, text } from './shapes';
import { readTopic } from './topic';

const VALIDATION_TOPIC = 'apideck:validation';
const TYPE_HEADER = 'x-apideck-event-type';
const ID_HEADER = 'x-apideck-idempotency-key';

/** What the events of all unified APIs share. */
const EVENT = v.looseObject({ service_id: text, consumer_id: id, entity_id: id, occurred_at: text });

const ECOMMERCE_EVENT = v.looseObject({
  ...EVENT.entries,
  unified_api: text,
  entity_type: text,
  entity_url: text,
  execution_attempt: v.nullish(v.pipe(v.number(), v.integer('expected an integer'))),
});

/** Event types whose payload is known in full; others are accepted as events. */
const SCHEMAS: ReadonlyMap<string, v.GenericSchema> = new Map(
  ['order', 'product', 'customer'].flatMap(entity =>
    ['created', 'updated', 'deleted'].map(verb => [`ecommerce.${entity}.${verb}`, ECOMMERCE_EVENT] as const),
  ),
);

export const apideck: Provider = {
  name: 'apideck',
  title: 'Apideck',
  scheme: {
    alg: 'hmac-sha256',
    // The key is the account's API key: Apideck has no secret per webhook.
    key: { enc: 'utf8' },
    enc: 'hex',
    sig: [{ h: 'x-apideck-signature' }],
    msg: ['{cjson:keep}', '{cjson:recurse}', '{body}'],
  },
  numbered: false,
  restartsWithSecret: false,
  /** Events live for 24 h. */
  retryHorizonSeconds: 86_400,
  knownBy: 'event_id',
  perAttempt: [],
  certificate: null,
  handshake: null,
  confirm: null,
  guide: {
    secret: 'the API key of the account',
    isSecretChosen: false,
    settings: [],
    reads: {
      topic: 'json:/payload/event_type, h:x-apideck-event-type',
      eventId: 'json:/payload/event_id, h:x-apideck-idempotency-key',
      incrementId: null,
      entityKey: '{json:/payload/consumer_id}.{json:/payload/entity_id}',
      attempt: 'json:/payload/execution_attempt',
    },
  },
  describe,
};

function describe({ headers, body }: VerifiedRequest): Description {
  const opened = openBody(body);
  if (!opened.ok) return opened.error;
  const { text: source, value } = opened.value;
  const payload = isObject(value) && isObject(value.payload) ? value.payload : null;

  const topic = readType(payload, headers.get(TYPE_HEADER));
  const eventId = readId(source, payload, headers.get(ID_HEADER));
  const issues = [...topic.issues, ...eventId.issues];
  if (topic.value !== VALIDATION_TOPIC) {
    const schema = SCHEMAS.get(topic.value) ?? EVENT;
    const shape = { at: ['payload'], bodyBytes: body.bytes.length };
    issues.push(...(payload === null ? [noPayload(value)] : checkShape(schema, payload, shape)));
  }

  const occurredAt = payload?.occurred_at;
  const consumer = idText(payload?.consumer_id);
  const entity = idText(payload?.entity_id);
  return {
    topic: topic.value,
    eventId: eventId.value,
    incrementId: null,
    entityKeys: entity === null ? [] : [entityKey('apideck', consumer ?? '', entity)],
    eventTime: typeof occurredAt === 'string' ? parseRfc3339(occurredAt) : null,
    issues: limitIssues(issues),
  };
}

/** The event type of the body, else of the header; without either, no event but a validation request. */
function readType(payload: Record<string, unknown> | null, header: string | null): Reading<string> {
  const signed = payload?.event_type ?? undefined;
  if (signed !== undefined) {
    const topic = readTopic(signed, '/payload/event_type');
    const differs = header !== null && topic.value !== '' && header !== signed;
    const issue: Issue = { path: `header:${TYPE_HEADER}`, message: 'is not the event type of the body' };
    return { value: topic.value, issues: differs ? [...topic.issues, issue] : topic.issues };
  }
  if (header !== null) return readTopic(header, `header:${TYPE_HEADER}`);
  // With an id or an entity it is an event whose type is missing, and not a validation request.
  const isEvent = payload !== null && (payload.event_id ?? payload.entity_id ?? null) !== null;
  return isEvent ? readTopic(undefined, '/payload/event_type') : { value: VALIDATION_TOPIC, issues: [] };
}

function readId(
  source: string,
  payload: Record<string, unknown> | null,
  header: string | null,
): Reading<string | null> {
  const signed = readEventId(source, payload?.event_id, ['payload', 'event_id']);
  if (signed.value !== null || signed.issues.length > 0 || header === null) return signed;
  return eventIdFrom(header, `header:${ID_HEADER}`);
}

function noPayload(body: unknown): Issue {
  if (!isObject(body)) return { path: '', message: `expected object, found ${kindOf(body)}` };
  const isMissing = body.payload === undefined;
  return {
    path: '/payload',
    message: isMissing ? 'is required' : `expected object, found ${kindOf(body.payload)}`,
  };
}
