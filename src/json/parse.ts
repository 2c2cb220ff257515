/**
 * Parses bytes to a JSON document. They must be UTF-8, and a byte order mark is an error (RFC 8259, section 8.1). The depth is
 * limited, so that code which walks the value may recurse. Repeated keys and rounded numbers are not found here: see
 * `source.ts` and `ambiguity.ts`.
 */
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import { isDeeperThan } from './scan';

/** JSON text and the value that `JSON.parse` gives for it; at most `LIMITS.MAX_JSON_DEPTH` levels deep. */
export type JsonDocument = { text: string; value: unknown };

export type JsonProblem = 'empty' | 'not_utf8' | 'not_json' | 'too_deep';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a body. Never throws. */
export function parseJson(bytes: Uint8Array): Result<JsonDocument, JsonProblem> {
  if (bytes.length === 0) return err('empty');
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return err('not_utf8');
  }
  if (isDeeperThan(text, LIMITS.MAX_JSON_DEPTH)) return err('too_deep');
  try {
    return ok({ text, value: JSON.parse(text) });
  } catch {
    return err('not_json');
  }
}
