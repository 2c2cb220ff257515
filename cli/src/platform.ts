/**
 * What the gateway's own modules take from its runtime, and older releases of Node do not have: bytes as hex and base64
 * (Node 25), and a comparison in constant time that is Cloudflare's own. Imported first, for that alone.
 */
import { timingSafeEqual } from 'node:crypto';

type Base64Options = { alphabet?: 'base64' | 'base64url'; omitPadding?: boolean };

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function define(target: object, name: string, value: unknown): void {
  if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

define(Uint8Array.prototype, 'toHex', function toHex(this: Uint8Array) {
  return bytesOf(this).toString('hex');
});
define(Uint8Array.prototype, 'toBase64', function toBase64(this: Uint8Array, options: Base64Options = {}) {
  const text = bytesOf(this).toString('base64');
  const bare = options.omitPadding === true ? text.replace(/=+$/, '') : text;
  return options.alphabet === 'base64url' ? bare.replaceAll('+', '-').replaceAll('/', '_') : bare;
});
// Callers give what they have checked: no more is told apart here.
define(Uint8Array, 'fromBase64', (text: string) => new Uint8Array(Buffer.from(text, 'base64')));
define(Uint8Array, 'fromHex', (text: string) => new Uint8Array(Buffer.from(text, 'hex')));
define(crypto.subtle, 'timingSafeEqual', timingSafeEqual);
