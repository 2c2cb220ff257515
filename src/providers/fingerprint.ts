/**
 * What an event is compared by, and what makes two requests one event.
 *
 * The fingerprint is the body's SHA-256. A topic that stands beside the body, where no signature covers it, is part of it:
 * a provider sends the same bytes under several topics (Shopify's `orders/create` and `orders/paid`), and each is an event.
 * Numbered events are told apart by their number, so for them the body alone counts. What a provider changes in the body
 * with each attempt is left out.
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

/** The fingerprint alone, for an event that nobody signed. */
export async function fingerprintOf(
  { perAttempt, numbered }: Provider,
  { topic, outside }: Description,
  body: Uint8Array,
): Promise<Uint8Array> {
  const digest = await sha256(withoutMembers(body, perAttempt));
  return outside?.topic === true && !numbered ? withTopic(digest, topic) : digest;
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
  const { eventId, topic, outside } = description;
  const fingerprint = await fingerprintOf(provider, description, body);
  const isBodySigned = scheme.bodySigned ?? true;
  const byBytes = async () => {
    // A body that is all that is signed has been hashed.
    if (signed === body && perAttempt.length === 0) return { fingerprint, signedDigest: fingerprint.toHex() };
    const digest = await sha256(signed);
    // Of an unsigned body the log compares the fingerprint, which has the topic in it: another one is held, not passed.
    const hasTopic = outside?.topic === true && isBodySigned && !provider.numbered;
    return { fingerprint, signedDigest: (hasTopic ? await withTopic(digest, topic) : digest).toHex() };
  };
  // Signed anew at another time, the same event has other signed bytes: its body is what is the same.
  const again = scheme.ts === undefined ? {} : ({ alsoKnownBy: 'body' } as const);
  switch (knownBy) {
    case 'body':
      return { fingerprint, signedDigest: fingerprint.toHex() };
    case 'event_id':
      return eventId !== null || scheme.ts === undefined || !isBodySigned
        ? { fingerprint }
        : { ...(await byBytes()), ...again };
    case 'event_id_or_signed_bytes':
      return eventId !== null && outside?.eventId !== true
        ? { fingerprint }
        : { ...(await byBytes()), ...again };
    case 'signed_bytes':
      return { ...(await byBytes()), ...again };
    case 'event_id_and_signed_bytes':
      return { ...(await byBytes()), alsoKnownBy: 'event_id' };
  }
}

/**
 * The body without members of these names. Looked for in the source: inside a text a quote is escaped, so what is found is
 * a member.
 */
function withoutMembers(body: Uint8Array, names: readonly string[]): Uint8Array {
  if (names.length === 0) return body;
  const member = new RegExp(`"(?:${names.join('|')})"\\s*:\\s*(?:\\d+|true|false|"[^"\\\\]*")`, 'g');
  return new TextEncoder().encode(new TextDecoder().decode(body).replace(member, ''));
}

const withTopic = (digest: Uint8Array, topic: string): Promise<Uint8Array> =>
  sha256(new Uint8Array([...digest, ...new TextEncoder().encode(topic)]));
