/**
 * Signing as in Standard Webhooks (https://www.standardwebhooks.com): symmetric `v1` only.
 *
 * Bytes are signed, never text, so a body that is not UTF-8 verifies too. How long a secret must be is checked by the
 * management API, since JSON-RPC makes secrets of any length.
 */
import { keep } from '../bounded-map';
import { hmacSha256Base64 } from '../hmac-sha256';

const PREFIX = 'whsec_';

const encoder = new TextEncoder();

/** The key bytes of a `whsec_` secret; null unless it is the prefix and canonical, padded base64 of one byte or more. */
export function decodeSecret(secret: string): Uint8Array | null {
  if (!secret.startsWith(PREFIX)) return null;
  const text = secret.slice(PREFIX.length);
  // `atob` accepts more than canonical base64. Text with whitespace or stray bits does not come back unchanged.
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  const binary = atob(text);
  if (btoa(binary) !== text) return null;
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}

/** The `whsec_` secret of these key bytes. The specification asks for 24 to 64 random bytes. */
export function encodeSecret(bytes: Uint8Array): string {
  return PREFIX + btoa(String.fromCharCode(...bytes));
}

/**
 * The value of `webhook-signature`: one `v1,` signature per secret, in their order, separated by spaces.
 * `timestamp` is in whole seconds since 1970. Throws on a secret that does not decode: those are checked when stored.
 */
export async function standardSignature(
  secrets: string[],
  message: { id: string; timestamp: number; body: Uint8Array },
): Promise<string> {
  const prefix = encoder.encode(`${message.id}.${message.timestamp}.`);
  const signed = new Uint8Array(prefix.length + message.body.length);
  signed.set(prefix);
  signed.set(message.body, prefix.length);

  const signatures = secrets.map(async secret => `v1,${await hmacSha256Base64(signingKey(secret), signed)}`);
  return (await Promise.all(signatures)).join(' ');
}

/** The key bytes of secrets used in this isolate, in the order of last use. */
const decoded = new Map<string, Uint8Array>();
const MAX_DECODED = 100;

/**
 * The key bytes of a stored secret: the same array each time, because imported keys are remembered by array. Throws on
 * a secret that does not decode.
 */
export function signingKey(secret: string): Uint8Array {
  const key = decoded.get(secret) ?? decodeSecret(secret);
  if (key === null) throw new TypeError('A stored destination secret does not decode.');
  keep(decoded, secret, key, MAX_DECODED);
  return key;
}
