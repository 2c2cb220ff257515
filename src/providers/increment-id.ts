/**
 * Increment ids: 1..2^53-1, written as a JSON number in plain digits or as a string of digits. Gaps are found by this
 * number, so nothing is rounded or guessed: `1.0`, `1e3`, `0` and 9007199254740993 are issues and no ids.
 */
import { formatPointer } from '../json/pointer';
import { readSource } from '../json/source';
import type { Reading } from './reading';

/** The increment id at `path` of valid JSON text; null where there is none, or where it is an issue. */
export function readIncrementId(text: string, path: readonly string[]): Reading<number | null> {
  const source = readSource(text, path);
  if (source.repeated !== null) {
    return { value: null, issues: [{ path: source.repeated, message: 'is given twice' }] };
  }
  if (source.kind === 'missing') return { value: null, issues: [] };
  const digits = source.kind === 'string' ? String(JSON.parse(source.text)) : source.text;
  return incrementIdFrom(digits, formatPointer(path));
}

/** The rules for an id that is text already; `path` says where it was. */
export function incrementIdFrom(text: string, path: string): Reading<number | null> {
  const digits = text.replace(/^0+(?=\d)/, '');
  // A number of 16 digits may be above 2^53, and is still read exactly enough to see that it is.
  const id = /^[1-9]\d{0,15}$/.test(digits) ? Number(digits) : 0;
  if (Number.isSafeInteger(id) && id > 0) return { value: id, issues: [] };
  return { value: null, issues: [{ path, message: 'must be an integer from 1 to 9007199254740991' }] };
}
