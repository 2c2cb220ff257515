/**
 * Parses bytes to a JSON document. They must be UTF-8; one byte order mark in front is skipped, as RFC 8259 (section 8.1)
 * allows: the document is without it, the bytes keep it. The depth is limited, so that code which walks the value may
 * recurse. Repeated keys and rounded numbers are not found here: see `source.ts` and `ambiguity.ts`.
 */
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import { hasNotFinite, type OtherBytes, otherBytes } from './misread';
import { isDeeperThan } from './scan';

/** JSON text and the value that `JSON.parse` gives for it; at most `LIMITS.MAX_JSON_DEPTH` levels deep. */
export type JsonDocument = { text: string; value: unknown };

/** `not_finite`: it would be JSON, or nearly, but for a `NaN` or `Infinity`. */
type JsonTextProblem = 'empty' | 'not_json' | 'not_finite' | 'too_deep';

export type JsonProblem = JsonTextProblem | 'not_utf8' | OtherBytes;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Reads a body. Never throws. */
export function parseJson(bytes: Uint8Array): Result<JsonDocument, JsonProblem> {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return err(otherBytes(bytes) ?? 'not_utf8');
  }
  const document = parseJsonText(text);
  const isRead = document.ok || document.error === 'empty' || document.error === 'too_deep';
  return isRead ? document : err(otherBytes(bytes) ?? document.error);
}

/** Reads text that is in Unicode already, such as a form field. Never throws. */
export function parseJsonText(text: string): Result<JsonDocument, JsonTextProblem> {
  if (text === '') return err('empty');
  if (isDeeperThan(text, LIMITS.MAX_JSON_DEPTH)) return err('too_deep');
  try {
    return ok({ text, value: JSON.parse(text) });
  } catch {
    return err(hasNotFinite(text) ? 'not_finite' : 'not_json');
  }
}
