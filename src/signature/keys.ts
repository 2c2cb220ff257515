/**
 * Turns secrets into keys: the bytes that a secret's text stands for in a scheme, and the key that WebCrypto works with.
 *
 * Imported keys are remembered by the `Secret` object, for as long as the caller keeps it. A text that is no key, for
 * whatever reason, is a secret that matches nothing.
 */

import { decode } from './encoding';
import type { KeyEncoding, Scheme } from './scheme';

/** Secrets that one request is tried with. A webhook may have as many in use. */
export const MAX_SECRETS = 4;

/** A secret as its owner wrote it; `id` says later which one matched. */
export type Secret = { id: string; text: string };

const HASHES = { 'hmac-sha1': 'SHA-1', 'hmac-sha256': 'SHA-256', 'hmac-sha512': 'SHA-512' } as const;

/** The bytes a secret stands for (with `spki-base64` a SubjectPublicKeyInfo); null where its text cannot be decoded. */
export const keyBytes = ({ key }: Pick<Scheme, 'key'>, text: string): Uint8Array | null =>
  bytesOf(key.enc, key.strip, text);

function bytesOf(enc: KeyEncoding, strip = '', text: string): Uint8Array | null {
  const bytes = decode(text.startsWith(strip) ? text.slice(strip.length) : text, ALPHABET[enc]);
  return bytes !== null && bytes.length > 0 ? bytes : null;
}

const ALPHABET = {
  utf8: 'utf8',
  base64: 'base64',
  hex: 'hex',
  'raw-hex': 'hex',
  'raw-base64': 'base64',
  'spki-base64': 'base64',
} as const satisfies Record<KeyEncoding, string>;

/**
 * The keys themselves, and no promise of them: a request that was cut off in the midst of importing would leave one that never settles,
 * and every later request of the isolate would wait for it.
 */
const imported = new WeakMap<Secret, { scheme: Scheme; keys: CryptoKey[] }>();

/** The secret as keys of the scheme's algorithm, one per reading of its text; none for `token`, which has no key. */
export async function keysOf(scheme: Scheme, secret: Secret): Promise<CryptoKey[]> {
  const known = imported.get(secret);
  if (known?.scheme === scheme) return known.keys;
  const { enc, or, strip } = scheme.key;
  const readings = or === undefined ? [enc] : [enc, or];
  const read = await Promise.all(
    readings.map(reading => importKey(scheme, bytesOf(reading, strip, secret.text)).catch(() => null)),
  );
  const keys = read.filter(key => key !== null);
  imported.set(secret, { scheme, keys });
  return keys;
}

async function importKey(scheme: Scheme, bytes: Uint8Array | null): Promise<CryptoKey | null> {
  if (bytes === null) return null;
  const { subtle } = crypto;
  switch (scheme.alg) {
    case 'hmac-sha1':
    case 'hmac-sha256':
    case 'hmac-sha512': {
      const algorithm = { name: 'HMAC', hash: HASHES[scheme.alg] };
      return subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
    }
    case 'ed25519': {
      const format = scheme.key.enc === 'spki-base64' ? 'spki' : 'raw';
      return subtle.importKey(format, bytes, { name: 'Ed25519' }, false, ['verify']);
    }
    case 'ecdsa-p256-sha256':
      return subtle.importKey('spki', bytes, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
    case 'rsa-pkcs1-sha256':
      return subtle.importKey('spki', bytes, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, [
        'verify',
      ]);
    case 'token':
      return null;
  }
}
