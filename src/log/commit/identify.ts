/** First step of a commit: the keys by which an event is recognised when it comes again. Pure; looks nothing up. */
import type { Arrival } from '../../numbering/epoch';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { IncomingEvent } from '../contract/append';
import { fingerprintHex } from '../store/known-ids';

/**
 * A key of an event. `forMs`: how long after acceptance it shows a duplicate; null for as long as keys are kept. `decides`:
 * who has the key is the same event, whatever the bytes; else other bytes under it are a conflict.
 */
export type IdentityKey = { key: string; forMs: number | null; decides: boolean };

/** For how long the same body is a retry, in ms; later it is a new event. Where nothing else shows a retry. */
const BODY_DUPLICATE_MS = 60_000;

type Keys = Pick<Identity, 'keys' | 'bytesKey'>;

/** The key of an event that has only its number, while the numbering is turned off. */
const unnumberedKey = (fingerprint: string, incrementId: number): string =>
  `body:${fingerprint} ${incrementId}`;

/** By what an event with nothing but its number is known that came before the numbering was turned on; null for another one. */
export const keyBeforeNumbering = ({ arrival, fingerprint, keys, bytesKey }: Identity): string | null =>
  arrival === null || keys.length > 0 || bytesKey !== null ? null : unnumberedKey(fingerprint, arrival.id);

/**
 * The keys of an event besides its increment id. The provider's description says whether it is known by what was signed
 * (`signedDigest`) or by its event id. An event without either and without an increment id is known by its bytes.
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
    // With the numbering turned off, the number still tells equal bodies apart: it may stand beside them.
    return known(
      incrementId === null ? body : { ...body, key: unnumberedKey(fingerprint, incrementId), forMs: null },
    );
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
  /** The stored part of its fingerprint, as hex. */
  fingerprint: string;
  /** Its increment id as the tracker takes it. Null without one, and where the numbering is turned off. */
  arrival: Arrival | null;
  /** The same, where the numbering is turned off and nothing is judged by it. */
  unjudged: Arrival | null;
  /** Its keys besides the increment id. */
  keys: IdentityKey[];
  /** The key of its signed bytes, where these may come again as another event; null where they may not. */
  bytesKey: string | null;
};

/** By what an event is recognised. `now`, in ms since 1970, is its time of arrival. */
export function identify(event: IncomingEvent, webhook: WebhookRecord, now: number): Identity {
  const { sequence, replayProtection } = webhook;
  const fingerprint = fingerprintHex(event.fingerprint);
  const { incrementId: id, eventTime, secretId } = event;
  const added = event.added === true ? ({ added: true } as const) : {};
  const verifiedBy = secretId === undefined ? {} : { secretId };
  const read = id === null ? null : { id, fingerprint, eventTime, now, ...verifiedBy, ...added };
  const [arrival, unjudged] = sequence.enabled ? [read, null] : [null, read];
  const keys = identityKeys(event, fingerprint, arrival !== null, replayProtection === 'strict');
  return { event, fingerprint, arrival, unjudged, ...keys };
}
