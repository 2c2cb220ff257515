/**
 * The time at which a request was signed, where a scheme carries one. Only attempt times belong here: a provider that
 * signs the time of the event and retries for days would fail any age check.
 */
import type { JsonDocument, JsonProblem } from '../json/parse';
import { parsePointer } from '../json/pointer';
import { scalarText } from '../json/scalar';
import { err, ok, type Result } from '../result';
import type { Scheme } from './scheme';

export type Timestamp = { text: string; ms: number };

/** Reads the timestamp a scheme names; null where it names none. `missing`: not sent. `malformed`: not a time. */
export function readTimestamp(
  ts: Scheme['ts'],
  headers: Headers,
  document: () => Result<JsonDocument, JsonProblem>,
): Result<Timestamp | null, 'missing' | 'malformed'> {
  if (ts === undefined) return ok(null);
  const text = ts.from.startsWith('h:')
    ? headers.get(ts.from.slice('h:'.length))
    : bodyText(ts.from.slice('json:'.length), document);
  if (text === null) return err('missing');
  // 12 digits of seconds reach the year 33658 and stay exact in milliseconds.
  return /^\d{1,12}$/.test(text) ? ok({ text, ms: Number(text) * 1000 }) : err('malformed');
}

/** Whether a timestamp lies further from now than the scheme tolerates, in the past or the future. */
export const isStale = (timestamp: Timestamp, toleranceSeconds: number | null, nowMs: number): boolean =>
  toleranceSeconds !== null && Math.abs(nowMs - timestamp.ms) > toleranceSeconds * 1000;

function bodyText(pointer: string, document: () => Result<JsonDocument, JsonProblem>): string | null {
  const path = parsePointer(pointer);
  const body = document();
  if (path === null || !body.ok) return null;
  const text = scalarText(body.value, path);
  return text.ok ? text.value : null;
}
