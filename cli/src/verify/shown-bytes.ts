/** Bytes for people: how many, and their first and last part, with everything that is not plain shown as an escape. Pure. */

const PART = 160;

export type ShownBytes = { length: number; first: string; last: string | null };

export const shownBytes = (bytes: Uint8Array): ShownBytes => ({
  length: bytes.length,
  first: escapedBytes(bytes.subarray(0, bytes.length > 2 * PART ? PART : undefined)),
  last: bytes.length > 2 * PART ? escapedBytes(bytes.subarray(-PART)) : null,
});

/** As a string of C: a line feed is `\n`, a byte beyond ASCII `\xc3`. */
const escapedBytes = (bytes: Uint8Array): string =>
  Array.from(
    bytes,
    byte => SHORT[byte] ?? (byte < 0x20 || byte > 0x7e ? hex(byte) : String.fromCharCode(byte)),
  ).join('');

const SHORT: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;
