/**
 * Bytes to a JSON document, or the reason why not. Strict UTF-8; nothing is stripped, so a byte order mark is not
 * JSON (RFC 8259, section 8.1). Depth is bounded before anything is built, so whoever walks the value may recurse.
 * Duplicate keys and rounded numbers are not judged here: see `source.ts` and `ambiguity.ts`.
 */
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import { isDeeperThan } from './scan';

/** JSON text with the value `JSON.parse` makes of it; at most `LIMITS.MAX_JSON_DEPTH` levels deep. */
export type JsonDocument = { text: string; value: unknown };

export type JsonProblem = 'empty' | 'not_utf8' | 'not_json' | 'too_deep';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a body. Total: any bytes give a document or a problem. */
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
