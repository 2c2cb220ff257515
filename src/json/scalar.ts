/**
 * The text of a scalar in a JSON document, for signed fields. It is an error where two parsers could read two texts (a
 * repeated key on the path), and where there is no text: objects, arrays (which JavaScript would join), null, and text with
 * a lone surrogate (which UTF-8 cannot carry).
 */
import { err, ok, type Result } from '../result';
import type { JsonDocument } from './parse';
import { readSource } from './source';

type ScalarProblem = 'missing' | 'repeated' | 'not_scalar' | 'null' | 'ill_formed';

/** A string's characters, a number's source text, `true` or `false`. */
export function scalarText(document: JsonDocument, path: readonly string[]): Result<string, ScalarProblem> {
  const source = readSource(document.text, path);
  if (source.repeated !== null) return err('repeated');
  switch (source.kind) {
    case 'string': {
      const text = String(JSON.parse(source.text));
      return text.isWellFormed() ? ok(text) : err('ill_formed');
    }
    case 'number':
    case 'boolean':
      return ok(source.text);
    case 'null':
    case 'missing':
      return err(source.kind);
    case 'object':
    case 'array':
      return err('not_scalar');
  }
}
