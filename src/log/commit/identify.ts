/**
 * First step of a commit: what an event is known by, so that a retry is recognised. Pure.
 */
import type { Arrival } from '../../numbering/epoch';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { IncomingEvent } from '../contract/append';
import { fingerprintHex } from '../store/known-ids';

/** A key that an event is known by, and for how long after it was accepted; null: as long as keys are kept. */
export type IdentityKey = { key: string; forMs: number | null };

/** Without any id, and where each attempt is signed anew: the same bytes within this time are a retry, later a new event. */
const BODY_DUPLICATE_MS = 60_000;

/**
 * What an event is known by, besides its increment id: what was signed, where nobody vouches for its id, else the id; else,
 * where it has no place among the increment ids either, its bytes.
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
  // With the numbering turned off, the id inside the body still makes the bytes unique.
  return [incrementId === null ? body : { ...body, forMs: null }];
}

/** The key of a quarantined event: only the same bytes are its duplicate. */
export const quarantineKey = (fingerprint: string): string => `quarantined:${fingerprint}`;

export type Identity = {
  event: IncomingEvent;
  /** The part of its fingerprint that is kept, as hex. */
  fingerprint: string;
  /** Its increment id as the tracker takes it; null without one, and where the numbering is turned off. */
  arrival: Arrival | null;
  /** What else it is known by. */
  keys: IdentityKey[];
};

/** `now` in ms since 1970. */
export function identify(event: IncomingEvent, { sequence }: WebhookRecord, now: number): Identity {
  const fingerprint = fingerprintHex(event.fingerprint);
  const { incrementId: id, eventTime } = event;
  const added = event.added === true ? ({ added: true } as const) : {};
  const arrival = sequence.enabled && id !== null ? { id, fingerprint, eventTime, now, ...added } : null;
  return { event, fingerprint, arrival, keys: identityKeys(event, fingerprint, arrival !== null) };
}
