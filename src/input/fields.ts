/**
 * The kinds of fields that the bodies of requests are made of, as Valibot schemas. Each message says what is allowed and
 * nothing else; `field-errors.ts` adds what was given.
 */
import * as v from 'valibot';
import { isObject } from '../json/kind';
import { described } from './json-schema';

/** A JSON object of any content; Valibot's own object schemas take lists too. */
export const jsonObject = v.pipe(
  v.custom<Record<string, unknown>>(isObject, 'must be an object'),
  described({ type: 'object' }),
);

/** An object with exactly these fields; unknown ones are refused by name. */
export function fieldsOf<const E extends v.ObjectEntries>(entries: E) {
  const known = `unknown field; known are ${Object.keys(entries).join(', ')}`;
  return v.pipe(jsonObject, v.strictObject(entries, known));
}

/** Non-empty text without control characters. */
export function text(maxCharacters: number) {
  const allowed = `must be text of 1 to ${maxCharacters} characters without control characters`;
  return v.pipe(
    v.string(allowed),
    v.check(value => value.length > 0 && value.length <= maxCharacters && !/\p{Cc}/u.test(value), allowed),
    described({ minLength: 1, maxLength: maxCharacters, pattern: '^\\P{Cc}*$' }),
  );
}

/** A number without a fraction, within these bounds, both included. */
export function wholeNumber(min: number, max: number) {
  const allowed = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(allowed),
    v.check(value => Number.isSafeInteger(value) && value >= min && value <= max, allowed),
    described({ type: 'integer', minimum: min, maximum: max }),
  );
}

/** One of these words, as text. */
export function oneOf<const T extends readonly string[]>(...words: T) {
  return v.picklist(words, `must be one of ${words.map(word => `"${word}"`).join(', ')}`);
}
