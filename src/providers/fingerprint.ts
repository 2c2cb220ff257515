/**
 * What an event is compared by, and what makes two requests one event.
 *
 * The fingerprint is the body's SHA-256, without what the provider changes in the body with each attempt. An unsigned topic
 * beside the body is part of it: Shopify sends the same bytes as `orders/create` and as `orders/paid`, and each is an event
 * of its own. Numbered events differ by their number, so for them the body alone counts.
 */
import { sha256 } from '../sha256';
import type { Description, Provider } from './provider';

/** Crosses RPC as a part of `IncomingEvent`. */
export type Identity = {
  /** SHA-256 of the body, and of what else makes it another event. */
  fingerprint: Uint8Array;
  /** Hex SHA-256 of what was signed, where that and not the event id is what the event is known by. */
  signedDigest?: string;
  /** With `signedDigest`, what else it is known by: its event id, or for a minute its body. */
  alsoKnownBy?: 'event_id' | 'body';
};

/** The fingerprint alone. */
async function fingerprintOf(
  { perAttempt, numbered }: Provider,
  { topic, unsigned }: Description,
  body: Uint8Array,
): Promise<Uint8Array> {
  const digest = await sha256(withoutMembers(body, perAttempt));
  return unsigned?.topic === true && !numbered ? withTopic(digest, topic) : digest;
}

/**
 * What an event is compared by, and known by besides an increment id.
 * @param signed the bytes that were signed
 */
export async function identityOf(
  provider: Provider,
  description: Description,
  body: Uint8Array,
  signed: Uint8Array,
): Promise<Identity> {
  const { knownBy, scheme, perAttempt } = provider;
  const { eventId, topic, unsigned } = description;
  const fingerprint = await fingerprintOf(provider, description, body);
  const isBodySigned = scheme.bodySigned ?? true;
  const byBytes = async () => {
    // Where exactly the body is signed, its hash is known already.
    if (signed === body && perAttempt.length === 0) return { fingerprint, signedDigest: fingerprint.toHex() };
    const digest = await sha256(signed);
    // Not where the body is unsigned: there the log compares the fingerprint too, which contains the topic.
    const hasTopic = unsigned?.topic === true && isBodySigned && !provider.numbered;
    return { fingerprint, signedDigest: (hasTopic ? await withTopic(digest, topic) : digest).toHex() };
  };
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
      return eventId !== null && unsigned?.eventId !== true
        ? { fingerprint }
        : { ...(await byBytes()), ...orBody };
    case 'signed_bytes':
      return { ...(await byBytes()), ...orBody };
    case 'event_id_and_signed_bytes':
      return { ...(await byBytes()), alsoKnownBy: 'event_id' };
  }
}

/**
 * The body without members of these names. They are found in the source text. What matches is a member and not a part of
 * some text, because a quote inside a text is escaped.
 */
function withoutMembers(body: Uint8Array, names: readonly string[]): Uint8Array {
  if (names.length === 0) return body;
  const member = new RegExp(`"(?:${names.join('|')})"\\s*:\\s*(?:\\d+|true|false|"[^"\\\\]*")`, 'g');
  return new TextEncoder().encode(new TextDecoder().decode(body).replace(member, ''));
}

const withTopic = (digest: Uint8Array, topic: string): Promise<Uint8Array> =>
  sha256(new Uint8Array([...digest, ...new TextEncoder().encode(topic)]));
