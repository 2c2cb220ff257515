/** A webhook record, and events for it, as the edge hands them to the webhook's object. */
import type { AppendRequest, IncomingEvent } from '../../src/log/contract/append';
import type { Sealed, WebhookRecord } from '../../src/subscriptions/webhook';

const SECRET_ID = 'sec_test';

/** A ShipStream webhook without destinations; `given` replaces whole fields. */
export const webhookRecord = (given: Partial<WebhookRecord> = {}): WebhookRecord => ({
  format: 1,
  id: 1,
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  name: null,
  provider: 'shipstream',
  topics: ['*'],
  topicsAsGiven: '*',
  isActive: true,
  onInvalid: 'quarantine',
  replayProtection: 'standard',
  retentionDays: 7,
  whenFull: 'drop_oldest_delivered',
  sequence: { enabled: true, holdSeconds: 0, graceSeconds: 60, expiresSeconds: 374_400 },
  silenceSeconds: null,
  confirm: null,
  settings: {},
  signature: null,
  secrets: [{ id: SECRET_ID, sealed: '' as Sealed, usableUntil: null }],
  createdBy: 'rest',
  captureUntil: null,
  life: null,
  isMoved: false,
  jurisdiction: null,
  locationHint: null,
  destinations: [],
  ...given,
});

export type EventGiven = Partial<Omit<IncomingEvent, 'body' | 'fingerprint'>> & {
  /** The body as text. */
  body?: string;
  /** Another numbering: other bytes for the same id. */
  numbering?: string;
  /** Instead of a text, so many bytes. */
  bodyBytes?: number;
};

/** An event with increment id `id`; its body says the id and nothing else, so the same id is the same bytes. */
export async function incomingEvent(id: number | null, given: EventGiven = {}): Promise<IncomingEvent> {
  const { numbering = 'first', body: text = `{"${numbering}":${id}}`, bodyBytes, ...fields } = given;
  const body = bodyBytes === undefined ? new TextEncoder().encode(text) : new Uint8Array(bodyBytes);
  return {
    topic: 'order:created',
    eventId: null,
    incrementId: id,
    entityKeys: [],
    eventTime: null,
    issues: [],
    bodySigned: true,
    headers: [],
    query: '',
    ...fields,
    fingerprint: new Uint8Array(await crypto.subtle.digest('SHA-256', body)),
    body,
  };
}

export const appendRequest = (event: IncomingEvent, version = 1): AppendRequest => ({
  version,
  secretId: SECRET_ID,
  event,
});
