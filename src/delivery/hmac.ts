/** HMAC-SHA256 of bytes, in base64: what Standard Webhooks and ShipStream signatures are made of. */
import { keep } from '../bounded-map';

/** Keys imported in this isolate, by their bytes in hex; in the order of last use. */
const imported = new Map<string, Promise<CryptoKey>>();
const MAX_KEYS = 100;

/** `key` must not be empty. */
export async function hmacSha256Base64(key: Uint8Array, message: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(key), message));
  return digest.toBase64();
}

/** Importing costs as much as signing a small body, and a destination's key is used for every event. */
function keyOf(bytes: Uint8Array): Promise<CryptoKey> {
  const name = bytes.toHex();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = imported.get(name) ?? crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign']);
  keep(imported, name, key, MAX_KEYS);
  return key;
}
