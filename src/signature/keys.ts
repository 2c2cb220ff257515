/**
 * Secrets to keys: what the scheme says a secret's text means, and the key that WebCrypto works with.
 *
 * Imported keys are remembered with the secret they came from, for as long as the caller keeps that object. Importing
 * fails closed: a text that is no key, for whatever reason, is a secret that matches nothing.
 */

import { publicKeyKind } from './der';
import { decode } from './encoding';
import type { KeyEncoding, Scheme } from './scheme';

/** A secret as its owner wrote it; `id` says later which one matched. */
export type Secret = { id: string; text: string };

export const HASHES = { 'hmac-sha1': 'SHA-1', 'hmac-sha256': 'SHA-256', 'hmac-sha512': 'SHA-512' } as const;

/** The bytes a secret stands for; for `spki-base64` those of the SubjectPublicKeyInfo. Null when it has none. */
export function keyBytes({ key }: Pick<Scheme, 'key'>, text: string): Uint8Array | null {
  const strip = key.strip ?? '';
  const bytes = decode(text.startsWith(strip) ? text.slice(strip.length) : text, ALPHABET[key.enc]);
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

/** Why a secret cannot be used with a scheme, in words that follow "the secret"; null when it can. Never quotes it. */
export function secretProblem(scheme: Scheme, text: string): string | null {
  if (text === '') return 'must not be empty';
  const bytes = keyBytes(scheme, text);
  const { enc, strip } = scheme.key;
  const prefixed = strip === undefined ? '' : `, "${strip}" in front of it or not`;
  if (bytes === null)
    return enc === 'utf8' ? 'must be well-formed text' : `must be ${ALPHABET[enc]}${prefixed}`;
  const kind = enc === 'spki-base64' ? publicKeyKind(bytes) : null;
  switch (scheme.alg) {
    case 'ed25519':
      if (enc === 'spki-base64' ? kind === 'ed25519' : bytes.length === 32) return null;
      return enc === 'spki-base64' ? 'must be an Ed25519 public key' : 'must be a public key of 32 bytes';
    case 'ecdsa-p256-sha256':
      return kind === 'p256' ? null : 'must be a P-256 public key (SubjectPublicKeyInfo, base64)';
    case 'rsa-pkcs1-sha256':
      return kind === 'rsa' ? null : 'must be an RSA public key (SubjectPublicKeyInfo, base64)';
    default:
      return null;
  }
}

const imported = new WeakMap<Secret, { scheme: Scheme; key: Promise<CryptoKey | null> }>();

/** The secret as a key of the scheme's algorithm, or null where it is none. Not for `token`, which has no key. */
export function keyOf(scheme: Scheme, secret: Secret): Promise<CryptoKey | null> {
  const known = imported.get(secret);
  if (known?.scheme === scheme) return known.key;
  const key = importKey(scheme, secret.text).catch(() => null);
  imported.set(secret, { scheme, key });
  return key;
}

async function importKey(scheme: Scheme, text: string): Promise<CryptoKey | null> {
  const bytes = keyBytes(scheme, text);
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
