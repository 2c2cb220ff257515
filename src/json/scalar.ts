/**
 * The text of scalars in a JSON document, for signed fields. It is an error where two parsers could read two texts (a
 * repeated key on the path), and where there is no text: objects, arrays (which JavaScript would join), null, and text with
 * a lone surrogate (which UTF-8 cannot carry).
 */
import { err, ok, type Result } from '../result';
import type { JsonDocument } from './parse';
import { placesOf } from './places';

type ScalarProblem = 'missing' | 'repeated' | 'not_scalar' | 'null' | 'ill_formed';

export type ScalarText = Result<string, ScalarProblem>;

/** A string's characters, a number's source text, `true` or `false`, for each of the paths. The text is gone through once. */
export function scalarTexts({ text }: JsonDocument, paths: readonly (readonly string[])[]): ScalarText[] {
  return placesOf(text, paths).map(({ start, end, repeated }) => {
    if (repeated) return err('repeated');
    return start === -1 ? err('missing') : textOf(text.slice(start, end));
  });
}

function textOf(source: string): ScalarText {
  switch (source[0]) {
    case '"': {
      const text = String(JSON.parse(source));
      return text.isWellFormed() ? ok(text) : err('ill_formed');
    }
    case '{':
    case '[':
      return err('not_scalar');
    case 'n':
      return err('null');
    default:
      return ok(source);
  }
}
