/**
 * Strict decoders for signatures and keys, and the encoders that belong to them.
 *
 * `atob` and Buffer accept whitespace, missing padding, stray bits and other characters. That is refused here, so that a
 * signature can be written in one way per alphabet. Only base64url may be padded or not, as senders differ.
 */

type Encoding = 'hex' | 'base64' | 'base64url' | 'utf8';

/** The bytes of a text, or null when it is not written strictly in the encoding. The empty text gives no bytes. */
export function decode(text: string, encoding: Encoding): Uint8Array | null {
  switch (encoding) {
    case 'hex':
      return decodeHex(text);
    case 'base64':
      return decodeBase64(text);
    case 'base64url':
      return decodeBase64Url(text);
    case 'utf8':
      // A lone surrogate would become U+FFFD, so that two different texts had the same bytes.
      return text.isWellFormed() ? new TextEncoder().encode(text) : null;
  }
}

/** Lower-case hex, padded base64, base64url without padding. With `utf8` the bytes must be UTF-8. */
export function encode(bytes: Uint8Array, encoding: Encoding): string {
  switch (encoding) {
    case 'hex':
      return bytes.toHex();
    case 'base64':
      return bytes.toBase64();
    case 'base64url':
      return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
    case 'utf8':
      return new TextDecoder().decode(bytes);
  }
}

/** Hex digits in either case, an even number of them (RFC 4648, section 8). */
function decodeHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = hexDigit(text.charCodeAt(2 * i));
    const low = hexDigit(text.charCodeAt(2 * i + 1));
    if (high === -1 || low === -1) return null;
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** The standard alphabet, padded, and the bits beyond the last byte zero (RFC 4648, sections 3.5 and 4). */
function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let length = 0;
  for (let i = 0; i < digits; i++) {
    const digit = base64Digit(text.charCodeAt(i));
    if (digit === -1) return null;
    held = ((held << 6) | digit) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (held >> bits) & 0xff;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null;
}

/** The URL alphabet of RFC 4648, section 5. */
function decodeBase64Url(text: string): Uint8Array | null {
  if (/[+/]/.test(text)) return null;
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return decodeBase64(text.includes('=') ? standard : standard.padEnd(Math.ceil(text.length / 4) * 4, '='));
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x41 + 10;
  if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10;
  return -1;
}

function base64Digit(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  if (code === 0x2b) return 62;
  if (code === 0x2f) return 63;
  return -1;
}
