/**
 * Canonical JSON as Apideck signs it: object keys sorted, then `JSON.stringify` without spaces. There are two modes, because
 * Apideck's sample code leaves arrays as they came, and its text says that keys are sorted inside them too.
 *
 * Many texts have the same canonical form. So a document that another parser could read differently is refused.
 *
 * This is not RFC 8785 (JCS), although most documents come out the same.
 *
 * https://developers.apideck.com/guides/webhook-signature-verification
 */
import { err, ok, type Result } from '../result';
import { type Ambiguity, ambiguityOf } from './ambiguity';
import { isObject } from './kind';
import type { JsonDocument } from './parse';

/** `keep` leaves arrays, and the objects inside them, untouched; `recurse` sorts inside them too. */
export type CanonicalMode = 'keep' | 'recurse';

/** The canonical text of a document, or why it has none. */
export function canonicalJson(document: JsonDocument, mode: CanonicalMode): Result<string, Ambiguity> {
  const ambiguity = ambiguityOf(document.text);
  return ambiguity === null ? ok(JSON.stringify(sorted(document.value, mode))) : err(ambiguity);
}

/** Recursion is bounded: `ambiguityOf` has refused what is too deep. */
function sorted(value: unknown, mode: CanonicalMode): unknown {
  if (Array.isArray(value)) return mode === 'recurse' ? value.map(element => sorted(element, mode)) : value;
  if (!isObject(value)) return value;
  // An object, as the signer uses: it enumerates integer-like keys first, whatever their place when sorted. It has no
  // prototype, so that `__proto__` is a key like any other.
  const result: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value).sort()) result[key] = sorted(value[key], mode);
  return result;
}
