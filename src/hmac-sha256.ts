/** HMAC-SHA256 of bytes, in base64: what Standard Webhooks and ShipStream signatures are made of. */

/**
 * Imported keys by their bytes, since importing costs as much as signing a small body. Dropped along with the bytes. No promises of keys:
 * whoever is cut off while it imports one would leave a promise that never settles to all others.
 */
const imported = new WeakMap<Uint8Array, CryptoKey>();

/** `key` must not be empty and must never change afterwards: the imported key is remembered for this array. */
export async function hmacSha256Base64(key: Uint8Array, message: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(key), message));
  return digest.toBase64();
}

async function keyOf(bytes: Uint8Array): Promise<CryptoKey> {
  const known = imported.get(bytes);
  if (known !== undefined) return known;
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  imported.set(bytes, key);
  return key;
}
