/**
 * The two DER structures that schemes meet: an ECDSA signature, which WebCrypto wants as plain r and s, and the kind of
 * key inside a SubjectPublicKeyInfo. Strict: what is not DER (a longer length than needed, a negative or padded integer,
 * trailing bytes) is refused, so that a signature has one spelling.
 */

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** An ECDSA signature `SEQUENCE { r INTEGER, s INTEGER }` as r and s of `size` bytes each (P1363); null if it is none. */
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
/** `SEQUENCE { SEQUENCE { Ed25519 }, BIT STRING }` (RFC 8410). */
const ED25519_HEAD = '302a300506032b6570032100';
const ED25519_LENGTH = 44;

/** Which kind of public key a SubjectPublicKeyInfo holds, by its first bytes; null for others. The key is not checked. */
export function publicKeyKind(spki: Uint8Array): 'p256' | 'rsa' | 'ed25519' | null {
  const head = spki.subarray(0, 40).toHex();
  if (spki.length === P256_LENGTH && head.startsWith(P256_HEAD)) return 'p256';
  if (spki.length === ED25519_LENGTH && head.startsWith(ED25519_HEAD)) return 'ed25519';
  return spki[0] === SEQUENCE && head.slice(2, 2 * 24).includes(RSA_ALGORITHM) ? 'rsa' : null;
}
