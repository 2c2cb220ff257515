/**
 * The kinds of fields that webhooks and destinations are described with, as Valibot schemas. Each message says what
 * is allowed and nothing else; `field-errors.ts` makes the answer out of it.
 */
import * as v from 'valibot';
import { isObject } from '../json/kind';
import { described } from './json-schema';
import { parseTopics, topicsProblemText } from './topics';

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

export function wholeNumber(min: number, max: number) {
  const allowed = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(allowed),
    v.check(value => Number.isSafeInteger(value) && value >= min && value <= max, allowed),
    described({ type: 'integer', minimum: min, maximum: max }),
  );
}

export function oneOf<const T extends readonly string[]>(...words: T) {
  return v.picklist(words, `must be one of ${words.map(word => `"${word}"`).join(', ')}`);
}

const ACTIVITY = new Map<unknown, boolean>([
  [0, false],
  [1, true],
  [false, false],
  [true, true],
  ['0', false],
  ['1', true],
]);

/** Activity as ShipStream and people write it; true is active. */
export const activity = v.pipe(
  v.custom<0 | 1 | boolean | '0' | '1'>(value => ACTIVITY.has(value), 'must be 0 or 1, false or true'),
  described({ enum: [0, 1, false, true, '0', '1'] }),
  v.transform(value => ACTIVITY.get(value) === true),
);

/** Topics in any of their three forms: what was given, for reading back, and its patterns. */
export const topics = v.pipe(
  v.union([v.string(), v.array(v.string())], 'must be text, a comma-separated list or a list of texts'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseTopics(dataset.value);
    if (!parsed.ok) {
      addIssue({ message: topicsProblemText(parsed.error) });
      return NEVER;
    }
    return { given: dataset.value, patterns: parsed.value };
  }),
);
