/**
 * Whether a secret can work with a scheme, checked when it is given. With a key that WebCrypto refuses, or a token that no
 * header can carry, a webhook would refuse every request.
 */
import { isOnEd25519, isOnP256, isSmallOrderEd25519 } from './curves';
import { publicKeyKind } from './der';
import { keyBytes } from './keys';
import type { Scheme } from './scheme';

/** Why a secret cannot be used with a scheme, in words that follow "the secret"; null when it can. Never quotes it. */
export function secretProblem(scheme: Scheme, text: string): string | null {
  if (text === '') return 'must not be empty';
  const bytes = keyBytes(scheme, text);
  const { enc, or, strip } = scheme.key;
  if (bytes === null) {
    if (or !== undefined) return secretProblem({ ...scheme, key: { enc: or, strip } }, text);
    const prefixed = strip === undefined ? '' : `, "${strip}" in front of it or not`;
    return enc === 'utf8' ? 'must be well-formed text' : `must be ${WRITTEN[enc]}${prefixed}`;
  }
  switch (scheme.alg) {
    case 'ed25519':
      return ed25519Problem(bytes, enc === 'spki-base64');
    case 'ecdsa-p256-sha256':
      return publicKeyKind(bytes) === 'p256' && isOnP256(bytes.subarray(-64))
        ? null
        : 'must be a P-256 public key (SubjectPublicKeyInfo, base64)';
    case 'rsa-pkcs1-sha256':
      return publicKeyKind(bytes) === 'rsa'
        ? null
        : 'must be an RSA public key (SubjectPublicKeyInfo, base64)';
    case 'token':
      return tokenProblem(scheme, new TextDecoder().decode(bytes));
    default:
      return null;
  }
}

const WRITTEN = {
  base64: 'base64',
  hex: 'hex',
  'raw-hex': 'hex',
  'raw-base64': 'base64',
  'spki-base64': 'base64',
} as const;

function ed25519Problem(bytes: Uint8Array, isSpki: boolean): string | null {
  if (isSpki && publicKeyKind(bytes) !== 'ed25519') return 'must be an Ed25519 public key';
  if (!isSpki && bytes.length !== 32) return 'must be a public key of 32 bytes';
  // For such a key there are signatures that fit every message.
  const key = bytes.subarray(-32);
  if (isSmallOrderEd25519(key)) return 'must not be a public key of small order';
  return isOnEd25519(key) ? null : 'must be a public key: a point on the curve';
}

/** HTTP removes blanks at both ends of a header's value, and does not allow control characters in it. */
function tokenProblem({ enc, sig }: Scheme, token: string): string | null {
  if (enc !== 'utf8' || !sig.some(({ h }) => h !== undefined)) return null;
  if (/\p{Cc}/u.test(token)) return 'must not contain control characters';
  const isBare = sig.some(({ h, prefix, kv }) => h !== undefined && prefix === undefined && kv === undefined);
  return token.endsWith(' ') || (isBare && token.startsWith(' '))
    ? 'must not begin or end with a blank'
    : null;
}
