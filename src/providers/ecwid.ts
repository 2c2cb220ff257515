/**
 * Ecwid, online shops.
 *
 * The signature covers the time and the id of an event and nothing else: anyone may have written store, type, entity and
 * data. So events are marked as unsigned, a known id must come with the same body, and `confirm` can ask Ecwid itself
 * (`ecwid-confirm.ts`).
 *
 * The signed time is when the event happened, and retries go on for a day, so its age is not checked.
 *
 * A key that is given twice anywhere is an issue. Otherwise a destination's parser could read something else than what was
 * confirmed.
 *
 * https://docs.ecwid.com/webhook-automations/how-to-process-webhooks
 */

import { repeatsKey } from '../json/ambiguity';
import { parseUnixSeconds } from '../time';
import { openObject } from './body';
import { ecwidConfirmation } from './ecwid-confirm';
import { ANY_DATA, ENVELOPE, EVENT_TYPES, kindOfEvent } from './ecwid-events';
import { entityKey, idText } from './entity-key';
import { readEventId } from './event-id';
import { checkShape, limitIssues } from './issues';
import type { Description, Issue, Provider, VerifiedRequest } from './provider';
import { readTopic } from './topic';

export const ecwid: Provider = {
  name: 'ecwid',
  title: 'Ecwid',
  scheme: {
    alg: 'hmac-sha256',
    // The app's client_secret, not an access token.
    key: { enc: 'utf8' },
    enc: 'base64',
    sig: [{ h: 'x-ecwid-webhook-signature' }],
    msg: ['{json:/eventCreated}.{json:/eventId}'],
    bodySigned: false,
  },
  numbered: false,
  restartsWithSecret: false,
  /** 27 retries, the last one 24 h after the first attempt. */
  retryHorizonSeconds: 86_400,
  knownBy: 'event_id',
  perAttempt: [],
  certificate: null,
  handshake: null,
  confirm: ecwidConfirmation,
  guide: {
    secret: "the app's client_secret",
    isSecretChosen: false,
    settings: [],
    reads: {
      topic: 'json:/eventType',
      eventId: 'json:/eventId',
      incrementId: null,
      entityKey: '{json:/storeId}.{json:/entityId}',
      attempt: null,
    },
  },
  describe,
};

function describe({ query, body }: VerifiedRequest): Description {
  const opened = openObject(body);
  if (!opened.ok) return opened.error;
  const { text, value: event } = opened.value;

  const topic = readTopic(event.eventType, '/eventType');
  const eventId = readEventId(text, event.eventId, ['eventId']);
  const eventTime = parseUnixSeconds(event.eventCreated);
  const store = idText(event.storeId);
  const entity = idText(event.entityId);

  return {
    topic: topic.value,
    eventId: eventId.value,
    incrementId: null,
    // Ecwid numbers each kind of entity separately: product 7 and order 7 are two entities.
    entityKeys:
      store === null || entity === null ? [] : [entityKey('ecwid', kindOfEvent(topic.value), store, entity)],
    eventTime,
    issues: limitIssues([
      ...(repeatsKey(text) ? [issue('', 'gives a key twice')] : []),
      ...topic.issues,
      ...typeIssues(query, topic.value),
      ...(eventId.value === null && eventId.issues.length === 0 ? [issue('/eventId', 'is required')] : []),
      ...eventId.issues,
      ...(eventTime === null ? [issue('/eventCreated', 'expected seconds since 1970')] : []),
      ...checkShape(ENVELOPE, event, { at: [], bodyBytes: body.bytes.length }),
      ...dataIssues(topic.value, event.data, body.bytes.length),
    ]),
  };
}

/** Ecwid repeats the type in the query, by which a destination may route. The two must agree. */
function typeIssues(query: string, eventType: string): Issue[] {
  if (eventType === '') return [];
  const differs = new URLSearchParams(query).getAll('eventtype').some(given => given !== eventType);
  return differs ? [issue('query:eventtype', 'is not the event type of the body')] : [];
}

function dataIssues(eventType: string, data: unknown, bodyBytes: number): Issue[] {
  if (data === undefined || data === null) return [];
  return checkShape(EVENT_TYPES.get(eventType) ?? ANY_DATA, data, { at: ['data'], bodyBytes });
}

const issue = (path: string, message: string): Issue => ({ path, message });
