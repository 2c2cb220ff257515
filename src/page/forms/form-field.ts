/**
 * A field of a form, made of the field of the API that it is for: what it means, which words it takes and what it is when it is left out come
 * from the schema that validates it, so a form says and takes what the API does. Pure.
 */
import type { JsonSchema } from '../../input/json-schema';
import { isObject } from '../../json/kind';

/**
 * `yes`: a box to tick. `numbers`: a list with commas between. `lines`: text of several lines. `json`: any JSON. `secret`: nobody reads it
 * along, and an empty one is never sent.
 */
export type Kind = 'text' | 'secret' | 'number' | 'choice' | 'yes' | 'numbers' | 'lines' | 'json';

export type FormField = {
  /** The place in the input: a JSON pointer without its first slash. */
  name: string;
  label: string;
  kind: Kind;
  hint?: string;
  /** Of a choice: what is sent, and what it is called. The empty one sends nothing. */
  choices?: readonly (readonly [value: string, name: string])[];
  /** What holds where nothing is entered, as text. */
  fallback?: string;
  placeholder?: string;
  /** What stands in it where there is nothing yet, to be changed. */
  start?: string;
  isRequired?: boolean;
};

/** What a form says itself; the rest is told by the schema. */
export type Wished = Pick<FormField, 'name' | 'label'> & Partial<FormField>;

/** @param schema the shape of the input that the form makes */
export function fieldOf(schema: JsonSchema, wished: Wished): FormField {
  const own = schemaAt(schema, wished.name.split('/'));
  const words = wordsOf(own);
  const kind = wished.kind ?? kindOf(own, words);
  const fallback = own.default === undefined ? undefined : textOf(own.default);
  return {
    kind,
    ...(typeof own.description === 'string' ? { hint: inForms(own.description) } : {}),
    ...(kind === 'choice' ? { choices: words.map(word => [word, word.replaceAll('_', ' ')] as const) } : {}),
    ...(fallback === undefined ? {} : { fallback }),
    ...wished,
  };
}

function schemaAt(schema: JsonSchema, [name, ...rest]: readonly string[]): JsonSchema {
  if (name === undefined) return schema;
  const { properties } = plain(schema);
  const found = isObject(properties) ? properties[name] : undefined;
  return isObject(found) ? schemaAt(found, rest) : {};
}

/** What a value may be, without null. */
function formsOf({ anyOf, ...said }: JsonSchema): JsonSchema[] {
  if (!Array.isArray(anyOf)) return [said];
  return anyOf.filter(isObject).filter(({ type }) => type !== 'null');
}

/** A schema without its null, with what is said of both. */
function plain(schema: JsonSchema): JsonSchema {
  const [only, ...others] = formsOf(schema);
  const { anyOf: _, ...said } = schema;
  return others.length === 0 ? { ...only, ...said } : schema;
}

const wordsOf = (schema: JsonSchema): string[] => {
  const words = plain(schema).enum;
  return Array.isArray(words) && words.every(word => typeof word === 'string') ? words : [];
};

const isNumber = ({ type, const: only }: JsonSchema): boolean =>
  type === 'integer' || type === 'number' || typeof only === 'number';

function kindOf(schema: JsonSchema, words: readonly string[]): Kind {
  if (words.length > 0) return 'choice';
  const values = plain(schema).enum;
  if (Array.isArray(values) && values.includes(true)) return 'yes';
  return formsOf(schema).every(isNumber) ? 'number' : 'text';
}

/** What is null in a request is empty in a form. */
const inForms = (description: string): string =>
  description.replace(/\b(n)ull:/gi, (_, n: string) => (n === 'N' ? 'Empty:' : 'empty:'));

const textOf = (value: unknown): string | undefined =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
