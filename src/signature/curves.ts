/**
 * The checks of public keys that need the curve itself: is a point on P-256, and is an Ed25519 key one of the few that vouch
 * for nothing. Plain arithmetic, not in constant time: public keys are no secrets.
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
 * The y coordinates of the eight points of small order on edwards25519, little endian, also as they are written beyond the
 * field's prime; the sign of x is the topmost bit.
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

export function isSmallOrderEd25519(key: Uint8Array): boolean {
  const y = Uint8Array.from(key, (byte, i) => (i === 31 ? byte & 0x7f : byte));
  return SMALL_ORDER.has(y.toHex());
}
