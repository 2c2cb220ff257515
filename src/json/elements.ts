/**
 * The elements of an array in a JSON document. Each is a document with its own source text, so that a value inside a long
 * list is found without reading the list from its start each time.
 */
import { err, ok, type Result } from '../result';
import type { JsonDocument } from './parse';
import { placesOf } from './places';
import { afterSpace, afterValue, CODE } from './scan';
import { valueAt } from './value-at';

type ElementsProblem = 'missing' | 'repeated' | 'not_a_list' | 'too_many';

/** The elements at `path`, at most `max`. A key on the path that is given twice is a problem. */
export function elementsAt(
  { text, value }: JsonDocument,
  path: readonly string[],
  max: number,
): Result<JsonDocument[], ElementsProblem> {
  const [place] = placesOf(text, [path]);
  if (place?.repeated) return err('repeated');
  if (place === undefined || place.start === -1) return err('missing');
  const at = place.start;
  const list = valueAt(value, path);
  if (text.charCodeAt(at) !== CODE.OPEN_ARRAY || !Array.isArray(list)) return err('not_a_list');
  if (list.length > max) return err('too_many');
  const elements: JsonDocument[] = [];
  let i = afterSpace(text, at + 1);
  for (const element of list) {
    const end = afterValue(text, i);
    elements.push({ text: text.slice(i, end), value: element });
    // To the next element: past the comma and the whitespace around it.
    i = afterSpace(text, afterSpace(text, end) + 1);
  }
  return ok(elements);
}
