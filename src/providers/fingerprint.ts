/**
 * What an event is compared by, and what makes two requests one event.
 *
 * The fingerprint is the body's SHA-256, without what the provider changes in the body with each attempt. An unsigned topic
 * beside the body is part of it: Shopify sends the same bytes as `orders/create` and as `orders/paid`, and each is an event
 * of its own. Numbered events differ by their number, so for them the body alone counts.
 */
import { sha256 } from '../sha256';
import type { ParsedBody } from '../signature/parsed-body';
import type { Description, Provider } from './provider';

/** Crosses RPC as a part of `IncomingEvent`. */
export type Identity = {
  /** SHA-256 of the body, and of what else makes it another event. */
  fingerprint: Uint8Array;
  /** Hex SHA-256 of what was signed, where the event id alone is not what the event is known by. */
  signedDigest?: string;
  /**
   * What goes with `signedDigest`. `event_id`: its id is the other thing it is known by; `unsigned_id`: the same, where other
   * events have a signed id, for which this one must not pass. `body`: the other thing is its body, for a minute.
   * `delivery`: it is known by both in one, and the same bytes under another id are another event. `request`: it is known
   * by nothing, and its bytes only tell that they came before.
   */
  alsoKnownBy?: 'event_id' | 'unsigned_id' | 'body' | 'delivery' | 'request';
};

/** The fingerprint alone. */
async function fingerprintOf(
  { perAttempt, numbered }: Provider,
  { topic, unsigned }: Description,
  body: ParsedBody,
): Promise<Uint8Array> {
  const digest = await (perAttempt.length === 0
    ? body.digest('SHA-256')
    : sha256(withoutMembers(body.bytes, perAttempt)));
  return unsigned?.topic === true && !numbered ? withTopic(digest, topic) : digest;
}

/**
 * What an event is compared by, and known by besides an increment id.
 * @param signed the bytes that were signed
 */
export async function identityOf(
  provider: Provider,
  description: Description,
  body: ParsedBody,
  signed: Uint8Array,
): Promise<Identity> {
  const { knownBy, scheme, perAttempt } = provider;
  const { eventId, topic, unsigned } = description;
  const fingerprint = await fingerprintOf(provider, description, body);
  const isBodySigned = scheme.bodySigned ?? true;
  const byBytes = async (how?: Identity['alsoKnownBy']) => {
    const isTopicBeside = unsigned?.topic === true && !provider.numbered;
    // Not where the log compares the fingerprint too, which contains the topic: bytes with another topic are held there.
    const hasTopic = isTopicBeside && isBodySigned && how !== 'event_id' && how !== 'unsigned_id';
    // Where exactly the body is signed, its hash is known already.
    const isFingerprint = signed === body.bytes && perAttempt.length === 0 && hasTopic === isTopicBeside;
    if (isFingerprint) return { fingerprint, signedDigest: fingerprint.toHex() };
    const digest = await (signed === body.bytes ? body.digest('SHA-256') : sha256(signed));
    return { fingerprint, signedDigest: (hasTopic ? await withTopic(digest, topic) : digest).toHex() };
  };
  const withId = async (how: 'event_id' | 'unsigned_id' | 'delivery') =>
    eventId === null ? { ...(await byBytes()), ...orBody } : { ...(await byBytes(how)), alsoKnownBy: how };
  // A retry that is signed at another time has other signed bytes, but the same body.
  const orBody = scheme.ts === undefined ? {} : ({ alsoKnownBy: 'body' } as const);
  switch (knownBy) {
    case 'body':
      return { fingerprint, signedDigest: fingerprint.toHex() };
    case 'event_id':
      return eventId !== null || scheme.ts === undefined || !isBodySigned
        ? { fingerprint }
        : { ...(await byBytes()), ...orBody };
    case 'event_id_or_signed_bytes':
    case 'event_id_or_delivery_id': {
      if (eventId !== null && unsigned?.eventId !== true) return { fingerprint };
      return withId(knownBy === 'event_id_or_signed_bytes' ? 'unsigned_id' : 'delivery');
    }
    case 'signed_bytes':
      return { ...(await byBytes()), ...orBody };
    case 'event_id_and_signed_bytes':
      return withId('event_id');
    case 'delivery_id':
      return withId('delivery');
    case 'request':
      return { ...(await byBytes()), alsoKnownBy: 'request' };
  }
}

/**
 * The body without members of these names. They are found in the source text. What matches is a member and not a part of
 * some text, because a quote inside a text is escaped.
 */
function withoutMembers(body: Uint8Array, names: readonly string[]): Uint8Array {
  const member = new RegExp(`"(?:${names.join('|')})"\\s*:\\s*(?:\\d+|true|false|"[^"\\\\]*")`, 'g');
  return new TextEncoder().encode(new TextDecoder().decode(body).replace(member, ''));
}

const withTopic = (digest: Uint8Array, topic: string): Promise<Uint8Array> =>
  sha256(new Uint8Array([...digest, ...new TextEncoder().encode(topic)]));
