/**
 * Reads the two DER structures that schemes use: an ECDSA signature, which WebCrypto wants as plain r and s, and the kind
 * of key inside a SubjectPublicKeyInfo. What is not strictly DER (a longer length than needed, a negative or padded
 * integer, trailing bytes) is refused, so that each signature can be written in one way only.
 */

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** An ECDSA signature `SEQUENCE { r INTEGER, s INTEGER }` as r and s of `size` bytes each (P1363); null if it is not one. */
export function ecdsaToP1363(der: Uint8Array, size: number): Uint8Array | null {
  // Two integers of up to 33 bytes: every length fits into one byte below 128.
  if (der.length < 8 || der[0] !== SEQUENCE || der[1] !== der.length - 2 || der.length - 2 > 127) return null;
  const out = new Uint8Array(2 * size);
  let at = 2;
  for (const end of [size, 2 * size]) {
    const length = der[at + 1] ?? 0;
    const digits = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== INTEGER || length === 0 || digits.length !== length) return null;
    const [first = 0, second = 0] = digits;
    const isPadded = first === 0 && (length === 1 || second < 0x80);
    if (first >= 0x80 || isPadded) return null;
    const value = first === 0 ? digits.subarray(1) : digits;
    if (value.length > size) return null;
    out.set(value, end - value.length);
    at += 2 + length;
  }
  return at === der.length ? out : null;
}

/** `SEQUENCE { SEQUENCE { ecPublicKey, prime256v1 }, BIT STRING }` up to the uncompressed point (RFC 5480). */
const P256_HEAD = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';
const P256_LENGTH = 91;
/** `SEQUENCE { rsaEncryption, NULL }` (RFC 8017). */
const RSA_ALGORITHM = '300d06092a864886f70d0101010500';
const BIT_STRING = 0x03;
/** 1024 bits. WebCrypto refuses a shorter modulus. */
const MIN_MODULUS_BYTES = 128;
/** `SEQUENCE { SEQUENCE { Ed25519 }, BIT STRING }` (RFC 8410). */
const ED25519_HEAD = '302a300506032b6570032100';
const ED25519_LENGTH = 44;

/** Which kind of public key a SubjectPublicKeyInfo holds; null for others. Of P-256 the point is not checked. */
export function publicKeyKind(spki: Uint8Array): 'p256' | 'rsa' | 'ed25519' | null {
  const head = spki.subarray(0, 40).toHex();
  if (spki.length === P256_LENGTH && head.startsWith(P256_HEAD)) return 'p256';
  if (spki.length === ED25519_LENGTH && head.startsWith(ED25519_HEAD)) return 'ed25519';
  return isRsa(spki) ? 'rsa' : null;
}

/** `SEQUENCE { rsaEncryption, BIT STRING { SEQUENCE { modulus INTEGER, exponent INTEGER } } }`, to the last byte. */
function isRsa(spki: Uint8Array): boolean {
  const outer = contentOf(spki, SEQUENCE);
  if (outer === null || outer.subarray(0, RSA_ALGORITHM.length / 2).toHex() !== RSA_ALGORITHM) return false;
  const bits = contentOf(outer.subarray(RSA_ALGORITHM.length / 2), BIT_STRING);
  const numbers = bits === null || bits[0] !== 0 ? null : contentOf(bits.subarray(1), SEQUENCE);
  if (numbers === null) return false;
  const modulusEnd = endOf(numbers);
  const modulus = modulusEnd === null ? null : contentOf(numbers.subarray(0, modulusEnd), INTEGER);
  const exponent = modulusEnd === null ? null : contentOf(numbers.subarray(modulusEnd), INTEGER);
  return modulus !== null && modulus.length >= MIN_MODULUS_BYTES && exponent !== null && exponent.length > 0;
}

/** The content of an element that fills the bytes exactly; null where they are not such an element. */
function contentOf(der: Uint8Array, tag: number): Uint8Array | null {
  const end = endOf(der);
  if (der[0] !== tag || end !== der.length) return null;
  return der.subarray(2 + lengthBytes(der));
}

/** Where the first element ends; null where it is cut off, or its length is written longer than needed. */
function endOf(der: Uint8Array): number | null {
  const more = lengthBytes(der);
  // Two bytes of length are more than any key needs.
  if (der.length < 2 + more || more > 2) return null;
  const length =
    more === 0 ? (der[1] ?? 0) : der.subarray(2, 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
  const isShortest = more === 0 || (length >= 0x80 && (more === 1 || length > 0xff));
  const end = 2 + more + length;
  return isShortest && end <= der.length ? end : null;
}

/** How many bytes the length takes beside its first one. */
const lengthBytes = (der: Uint8Array): number => ((der[1] ?? 0) < 0x80 ? 0 : (der[1] ?? 0) & 0x7f);
