/**
 * First step of a commit: what an event is known by, so that a retry is recognised. Pure.
 */
import type { Arrival } from '../../numbering/epoch';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { IncomingEvent } from '../contract/append';
import { fingerprintHex } from '../store/known-ids';

/**
 * A key that an event is known by, and for how long after it was accepted; null: as long as keys are kept. `decides`: whoever
 * has the key is the event, whatever the bytes; else other bytes under the key are a conflict.
 */
export type IdentityKey = { key: string; forMs: number | null; decides: boolean };

/** Without any id, and where each attempt is signed anew: the same bytes within this time are a retry, later a new event. */
const BODY_DUPLICATE_MS = 60_000;

type Keys = Pick<Identity, 'keys' | 'bytesKey'>;

/**
 * What an event is known by, besides its increment id: what was signed, where nobody vouches for its id, else the id; else,
 * where it has no place among the increment ids either, its bytes.
 */
function identityKeys(
  event: IncomingEvent,
  fingerprint: string,
  isNumbered: boolean,
  isStrict: boolean,
): Keys {
  const { eventId, incrementId, signedDigest, alsoKnownBy, bodySigned: decides } = event;
  const body = { key: `body:${fingerprint}`, forMs: BODY_DUPLICATE_MS, decides };
  const known = (...keys: IdentityKey[]): Keys => ({ keys, bytesKey: null });
  if (signedDigest === undefined) {
    if (eventId !== null) return known({ key: `id:${eventId}`, forMs: null, decides });
    if (isNumbered) return known();
    // With the numbering turned off, the id inside the body still makes the bytes unique.
    return known(incrementId === null ? body : { ...body, forMs: null });
  }
  const bytesKey = `signed:${signedDigest}`;
  const signed = { key: bytesKey, forMs: null, decides };
  switch (alsoKnownBy) {
    case 'event_id':
    case 'unsigned_id': {
      // Nobody vouches for the id, nor for a topic beside the bytes, which the fingerprint contains.
      const compared = { ...signed, decides: false };
      if (eventId === null) return known(compared);
      const key = alsoKnownBy === 'event_id' ? `id:${eventId}` : `unsigned-id:${eventId}`;
      return known(compared, { ...compared, key });
    }
    case 'delivery':
      if (isStrict || eventId === null) return known(signed);
      return { keys: [{ ...signed, key: `${bytesKey} ${eventId}` }], bytesKey };
    case 'request':
      return isStrict ? known(body) : { keys: [], bytesKey };
    case 'body':
      return isNumbered ? known(signed) : known(signed, body);
    default:
      return known(signed);
  }
}

/**
 * The key of a quarantined event: only the same bytes are its duplicate, and where these may come again as another event, only
 * with its id.
 */
export const quarantineKey = ({ event, fingerprint, bytesKey }: Identity): string =>
  bytesKey === null || event.eventId === null
    ? `quarantined:${fingerprint}`
    : `quarantined:${fingerprint} ${event.eventId}`;

export type Identity = {
  event: IncomingEvent;
  /** The part of its fingerprint that is kept, as hex. */
  fingerprint: string;
  /** Its increment id as the tracker takes it; null without one, and where the numbering is turned off. */
  arrival: Arrival | null;
  /** What else it is known by. */
  keys: IdentityKey[];
  /** The key of its signed bytes, where these may come again as another event; null where they may not. */
  bytesKey: string | null;
};

/** `now` in ms since 1970. */
export function identify(event: IncomingEvent, webhook: WebhookRecord, now: number): Identity {
  const { sequence, replayProtection } = webhook;
  const fingerprint = fingerprintHex(event.fingerprint);
  const { incrementId: id, eventTime } = event;
  const added = event.added === true ? ({ added: true } as const) : {};
  const arrival = sequence.enabled && id !== null ? { id, fingerprint, eventTime, now, ...added } : null;
  const keys = identityKeys(event, fingerprint, arrival !== null, replayProtection === 'strict');
  return { event, fingerprint, arrival, ...keys };
}
