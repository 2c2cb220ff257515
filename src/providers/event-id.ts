/**
 * Event ids as text. Providers write them as strings or as numbers, and `5` and `"5"` are one id. The text of a number is
 * its source text, so that no two ids beyond 2^53 are rounded to the same number.
 */
import { kindOf } from '../json/kind';
import { formatPointer } from '../json/pointer';
import { readSource } from '../json/source';
import { LIMITS } from '../limits';
import type { Reading } from './reading';

/** The event id at `path` of a body, given its text and the parsed `value` there. Null where there is none. */
export function readEventId(text: string, value: unknown, path: readonly string[]): Reading<string | null> {
  if (value === undefined || value === null) return { value: null, issues: [] };
  const at = formatPointer(path);
  const source = readSource(text, path);
  if (source.repeated !== null) return noId(source.repeated, 'is given twice');
  if (typeof value === 'string') return eventIdFrom(value, at);
  if (typeof value !== 'number') return noId(at, `expected string or number, found ${kindOf(value)}`);
  return /^-?\d+$/.test(source.text)
    ? eventIdFrom(source.text, at)
    : noId(at, 'must be an integer or a string');
}

/** The rules for an id that is text already; `path` says where it was. */
export function eventIdFrom(text: string, path: string): Reading<string | null> {
  if (text === '') return noId(path, 'must not be empty');
  if (!text.isWellFormed()) return noId(path, 'must be well-formed text');
  const isLong = text.length > LIMITS.MAX_EVENT_ID_BYTES;
  if (isLong || new TextEncoder().encode(text).length > LIMITS.MAX_EVENT_ID_BYTES) {
    return noId(path, `must not be longer than ${LIMITS.MAX_EVENT_ID_BYTES} bytes`);
  }
  return { value: text, issues: [] };
}

const noId = (path: string, message: string): Reading<null> => ({ value: null, issues: [{ path, message }] });
