/**
 * What bytes are that were to be JSON and are none, where it can be told, so that whoever sends them learns more than that
 * they cannot be read. Nothing is decoded or unpacked here.
 */
import { afterBare, afterString, CODE } from './scan';

/** `utf16`: UTF-16 or UTF-32, with a byte order mark or without. `gzip`: compressed. */
export type OtherBytes = 'utf16' | 'gzip';

/** What the bytes are instead; null where that cannot be told. */
export function otherBytes(bytes: Uint8Array): OtherBytes | null {
  const [first, second, third = 0, fourth = 0] = bytes;
  if (first === 0x1f && second === 0x8b) return 'gzip';
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // JSON begins with an ASCII character. One zero byte alone may be a damaged text; zeros in turn are an encoding.
  const isZeroFilled =
    bytes.length > 1 &&
    bytes.length % 2 === 0 &&
    ((first === 0 && third === 0) || (second === 0 && fourth === 0));
  return isMarked || isZeroFilled ? 'utf16' : null;
}

const NOT_FINITE: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

/** Whether text that is no JSON has a number that JSON does not know, as Python writes it. Takes linear time. */
export function hasNotFinite(text: string): boolean {
  let i = 0;
  while (i < text.length) {
    if (text.charCodeAt(i) === CODE.QUOTE) {
      i = afterString(text, i);
      continue;
    }
    const end = isBare(text.charCodeAt(i)) ? afterBare(text, i) : i;
    if (NOT_FINITE.has(text.slice(i, Math.min(end, i + MAX_LITERAL)))) return true;
    i = Math.max(end, i + 1);
  }
  return false;
}

/** One more than the longest literal has, so that what only begins like one is none. */
const MAX_LITERAL = '-Infinity'.length + 1;

/** A letter or a minus sign: what else stands outside strings is no literal of these. */
const isBare = (code: number): boolean =>
  code === CODE.MINUS || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
