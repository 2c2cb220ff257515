/** First step of a commit: the keys by which an event is recognised when it comes again. Pure; looks nothing up. */
import type { Arrival } from '../../numbering/epoch';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { IncomingEvent } from '../contract/append';
import { fingerprintHex } from '../store/known-ids';

/** A key of an event. `forMs`: how long after acceptance it shows a duplicate; null for as long as keys are kept. */
export type IdentityKey = { key: string; forMs: number | null };

/** For how long the same body is a retry, in ms; later it is a new event. Where nothing else shows a retry. */
const BODY_DUPLICATE_MS = 60_000;

/**
 * The keys of an event besides its increment id. The provider's description says whether it is known by what was signed
 * (`signedDigest`) or by its event id. An event without either and without an increment id is known by its bytes.
 */
function identityKeys(event: IncomingEvent, fingerprint: string, isNumbered: boolean): IdentityKey[] {
  const { eventId, incrementId, signedDigest, alsoKnownBy } = event;
  const byId = eventId === null ? [] : [{ key: `id:${eventId}`, forMs: null }];
  const body = { key: `body:${fingerprint}`, forMs: BODY_DUPLICATE_MS };
  if (signedDigest !== undefined) {
    const signed = { key: `signed:${signedDigest}`, forMs: null };
    if (alsoKnownBy === 'event_id') return [signed, ...byId];
    return alsoKnownBy === 'body' && !isNumbered ? [signed, body] : [signed];
  }
  if (eventId !== null || isNumbered) return byId;
  // Where the numbering is turned off, the increment id inside the body still makes the bytes unique for all time.
  return [incrementId === null ? body : { ...body, forMs: null }];
}

/** The key of a quarantined event. It is made of the bytes, as only the same bytes are a duplicate of it. */
export const quarantineKey = (fingerprint: string): string => `quarantined:${fingerprint}`;

export type Identity = {
  event: IncomingEvent;
  /** The stored part of its fingerprint, as hex. */
  fingerprint: string;
  /** Its increment id as the tracker takes it. Null without one, and where the numbering is turned off. */
  arrival: Arrival | null;
  /** The same, where the numbering is turned off and nothing is judged by it. */
  unjudged: Arrival | null;
  /** Its keys besides the increment id. */
  keys: IdentityKey[];
};

/** By what an event is recognised. `now`, in ms since 1970, is its time of arrival. */
export function identify(event: IncomingEvent, { sequence }: WebhookRecord, now: number): Identity {
  const fingerprint = fingerprintHex(event.fingerprint);
  const { incrementId: id, eventTime, secretId } = event;
  const added = event.added === true ? ({ added: true } as const) : {};
  const verifiedBy = secretId === undefined ? {} : { secretId };
  const read = id === null ? null : { id, fingerprint, eventTime, now, ...verifiedBy, ...added };
  const [arrival, unjudged] = sequence.enabled ? [read, null] : [null, read];
  return { event, fingerprint, arrival, unjudged, keys: identityKeys(event, fingerprint, arrival !== null) };
}
