/**
 * The kinds of fields that the bodies of requests are made of, as Valibot schemas. Each message says what is allowed and
 * nothing else; `field-errors.ts` adds what was given.
 */
import * as v from 'valibot';
import { isObject } from '../json/kind';
import { unknownField } from './field-errors';
import { described, type JsonSchema } from './json-schema';

/** A JSON object of any content; Valibot's own object schemas take lists too. */
export const jsonObject = v.pipe(
  v.custom<Record<string, unknown>>(isObject, 'must be an object'),
  described({ type: 'object' }),
);

/** An object with exactly these fields; unknown ones are refused by name. */
export function fieldsOf<const E extends v.ObjectEntries>(entries: E) {
  const known = Object.keys(entries);
  return v.pipe(
    jsonObject,
    // Of a field that is missing `field-errors.ts` says so itself.
    v.strictObject(entries, ({ input }) => unknownField(typeof input === 'string' ? input : '', known)),
  );
}

/** A field with what it means, for the description of the API. What is required and the default are told by the schema. */
export const about = <const S extends v.GenericSchema>(
  description: string,
  schema: S,
): v.SchemaWithPipe<readonly [S, v.MetadataAction<v.InferOutput<S>, { schema: JsonSchema }>]> =>
  v.pipe(schema, described<v.InferOutput<S>>({ description }));

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

/** A place in a list that is ordered by numbers: the text that an answer gave as `next`, or the number itself. */
export const position = v.pipe(
  v.union(
    [wholeNumber(0, Number.MAX_SAFE_INTEGER), v.pipe(v.string(), v.regex(/^\d{1,15}$/))],
    'must be the `next` of an answer before, or 0',
  ),
  v.transform(Number),
);

/** One of these words, as text. */
export function oneOf<const T extends readonly string[]>(...words: T) {
  return v.picklist(words, `must be one of ${words.map(word => `"${word}"`).join(', ')}`);
}
