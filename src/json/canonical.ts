/**
 * Canonical JSON as Apideck signs it: object keys sorted, then `JSON.stringify` without spaces. There are two modes, because
 * Apideck's sample code leaves arrays as they came, and its text says that keys are sorted inside them too.
 *
 * Many texts have the same canonical form. So a document that another parser could read differently is refused. So is one
 * with more than `LIMITS.MAX_CANONICAL_KEYS` keys, before anything is sorted: nobody has signed anything yet.
 *
 * This is not RFC 8785 (JCS), although most documents come out the same.
 *
 * https://developers.apideck.com/guides/webhook-signature-verification
 */
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import { type Ambiguity, ambiguityOf } from './ambiguity';
import { isObject } from './kind';
import type { JsonDocument } from './parse';

/** `keep` leaves arrays, and the objects inside them, untouched; `recurse` sorts inside them too. */
export type CanonicalMode = 'keep' | 'recurse';

/** The canonical texts of a document, each made when it is first asked for and then remembered. */
export class Canonical {
  #document: JsonDocument;
  #problem: Ambiguity | null | undefined;
  #texts = new Map<CanonicalMode, string>();

  constructor(document: JsonDocument) {
    this.#document = document;
  }

  /** The text, or why there is none. */
  text(mode: CanonicalMode): Result<string, Ambiguity> {
    if (this.#problem === undefined) {
      this.#problem = ambiguityOf(this.#document.text, LIMITS.MAX_CANONICAL_KEYS);
    }
    if (this.#problem !== null) return err(this.#problem);
    const { value } = this.#document;
    const same = this.#texts.get(mode) ?? (isAlike(value) ? [...this.#texts.values()][0] : undefined);
    const text = same ?? JSON.stringify(sorted(value, mode));
    this.#texts.set(mode, text);
    return ok(text);
  }
}

/** Whether both modes give the same: no list has anything in it that could be sorted. */
function isAlike(value: unknown): boolean {
  if (Array.isArray(value)) return !value.some(element => typeof element === 'object' && element !== null);
  return !isObject(value) || Object.values(value).every(isAlike);
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
