/**
 * The checks of public keys that need the curve itself: whether a key is a point of P-256 or of Ed25519, and whether an
 * Ed25519 key has small order. Not in constant time, as public keys are no secrets.
 */

const P256 = {
  p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
};

/** Whether x and y, 32 bytes each, are a point of P-256: y² = x³ − 3x + b (SEC 2, section 2.4.2). */
export function isOnP256(point: Uint8Array): boolean {
  const x = BigInt(`0x${point.subarray(0, 32).toHex()}`);
  const y = BigInt(`0x${point.subarray(32).toHex()}`);
  const { p, b } = P256;
  return x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n;
}

/**
 * The y coordinates of the eight points of small order on edwards25519, little endian, without the topmost bit (the sign of
 * x). Those that can also be written as a number beyond the field's prime are listed in both ways.
 */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

const ED25519 = {
  p: 2n ** 255n - 19n,
  d: 37095705934669439343138083508754565189542113879843219016388785533085940283555n,
};

/** Whether 32 bytes are a point of edwards25519: there is an x with −x² + y² = 1 + d x² y² (RFC 8032, section 5.1.3). */
export function isOnEd25519(key: Uint8Array): boolean {
  const { p, d } = ED25519;
  const bytes = Uint8Array.from(key, (byte, i) => (i === 31 ? byte & 0x7f : byte)).reverse();
  const y = BigInt(`0x${bytes.toHex()}`);
  if (y >= p) return false;
  // x² = (y² − 1) / (d y² + 1). This fraction is a square exactly when the product of its two terms is a square.
  const product = ((((y * y - 1n) * (d * y * y + 1n)) % p) + p) % p;
  return product === 0n || power(product, (p - 1n) / 2n, p) === 1n;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Whether an Ed25519 key has small order. For such keys there are signatures that fit every message. */
export function isSmallOrderEd25519(key: Uint8Array): boolean {
  const y = Uint8Array.from(key, (byte, i) => (i === 31 ? byte & 0x7f : byte));
  return SMALL_ORDER.has(y.toHex());
}
