/**
 * Whether one of these signatures belongs to this message and this secret: WebCrypto compares, in constant time.
 *
 * However many signatures a sender lists, an HMAC is computed once per message and key, so that a long list does not
 * multiply the cost of a large body. WebCrypto takes no digest in place of a message, so with public keys each signature
 * hashes the message anew: the first MAX_PUBLIC_KEY_SIGNATURES that are different and have the length of one are tried.
 */
import { sameBytes } from '../constant-time';
import { sha256 } from '../sha256';
import { ecdsaToP1363 } from './der';
import { keyBytes, keysOf, type Secret } from './keys';
import type { Algorithm, Scheme } from './scheme';

const P256_BYTES = 32;
const ED25519_SIGNATURE_BYTES = 64;

/** As many as secrets may be in use: a sender that rotates its key signs with each. */
const MAX_PUBLIC_KEY_SIGNATURES = 4;

/** Never throws: a key or signature that is none matches nothing. */
export async function matches(
  scheme: Scheme,
  secret: Secret,
  signatures: readonly Uint8Array[],
  message: Uint8Array,
): Promise<boolean> {
  const { alg } = scheme;
  if (alg === 'token') return matchesToken(scheme, secret, signatures);
  for (const key of await keysOf(scheme, secret)) {
    if (await fits(alg, key, signatures, message)) return true;
  }
  return false;
}

async function fits(
  alg: Exclude<Algorithm, 'token'>,
  key: CryptoKey,
  signatures: readonly Uint8Array[],
  message: Uint8Array,
): Promise<boolean> {
  switch (alg) {
    case 'hmac-sha1':
    case 'hmac-sha256':
    case 'hmac-sha512': {
      const [only] = signatures;
      if (signatures.length === 1 && only !== undefined) {
        return crypto.subtle.verify('HMAC', key, only, message);
      }
      const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, message));
      return signatures.some(signature => sameBytes(signature, mac));
    }
    case 'ed25519':
      return anyVerifies({ name: 'Ed25519' }, key, ofLength(ED25519_SIGNATURE_BYTES, signatures), message);
    case 'ecdsa-p256-sha256': {
      const plain = signatures
        .map(signature => ecdsaToP1363(signature, P256_BYTES))
        .filter(signature => signature !== null);
      return anyVerifies({ name: 'ECDSA', hash: 'SHA-256' }, key, plain, message);
    }
    case 'rsa-pkcs1-sha256':
      return anyVerifies(
        { name: 'RSASSA-PKCS1-v1_5' },
        key,
        ofLength(modulusBytes(key), signatures),
        message,
      );
  }
}

/** A signature of any other length fits nothing, and is no reason to hash a message. */
const ofLength = (bytes: number, signatures: readonly Uint8Array[]): readonly Uint8Array[] =>
  signatures.filter(({ length }) => length === bytes);

function modulusBytes({ algorithm }: CryptoKey): number {
  return 'modulusLength' in algorithm ? Math.ceil(Number(algorithm.modulusLength) / 8) : 0;
}

async function anyVerifies(
  algorithm: SubtleCryptoSignAlgorithm,
  key: CryptoKey,
  signatures: readonly Uint8Array[],
  message: Uint8Array,
): Promise<boolean> {
  const different = new Map(signatures.map(signature => [signature.toHex(), signature])).values();
  for (const signature of different.take(MAX_PUBLIC_KEY_SIGNATURES)) {
    if (await crypto.subtle.verify(algorithm, key, signature, message)) return true;
  }
  return false;
}

/** Remembered for as long as the secret is kept, like imported keys. */
const tokenDigests = new WeakMap<Secret, { scheme: Scheme; digest: Uint8Array | null }>();

async function tokenDigest(scheme: Scheme, secret: Secret): Promise<Uint8Array | null> {
  const known = tokenDigests.get(secret);
  if (known?.scheme === scheme) return known.digest;
  const expected = keyBytes(scheme, secret.text);
  const digest = expected === null ? null : await sha256(expected);
  tokenDigests.set(secret, { scheme, digest });
  return digest;
}

/** A shared token is compared by digests, so that its length does not show in the time taken. */
async function matchesToken(scheme: Scheme, secret: Secret, tokens: readonly Uint8Array[]): Promise<boolean> {
  const wanted = await tokenDigest(scheme, secret);
  if (wanted === null) return false;
  for (const token of tokens) if (sameBytes(await sha256(token), wanted)) return true;
  return false;
}
