/**
 * Valibot schemas as JSON Schema 2020-12, for the description of the API: what is described is what validates.
 *
 * Covers the schemas this API is written with, not all of Valibot. What Valibot can only run (`check`, `custom`) says in
 * its `metadata` what it amounts to; what is not known here is described as anything, which is never wrong.
 */
import * as v from 'valibot';
import { isObject } from '../json/kind';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** What a schema cannot show of itself, for the description: `described({ minLength: 1 })` in its pipe. */
export const described = <T>(schema: JsonSchema): v.MetadataAction<T, { schema: JsonSchema }> =>
  v.metadata({ schema });

type Item = Record<string, unknown> & { kind?: unknown; type?: unknown };

const isItem = (value: unknown): value is Item =>
  (isObject(value) || typeof value === 'function') && 'kind' in value;

/** The input that a schema accepts. */
export function jsonSchemaOf(schema: unknown): JsonSchema {
  if (!isItem(schema)) return {};
  const pipe = Array.isArray(schema.pipe) ? schema.pipe.filter(isItem) : null;
  return pipe === null ? bare(schema) : pipe.reduce(refined, {});
}

/** A pipe item: a schema in it says more than the ones before, an action adds a bound, a transformation ends the input. */
function refined(known: JsonSchema, item: Item): JsonSchema {
  if (item.kind === 'schema') return { ...known, ...jsonSchemaOf(item) };
  const bound = item.requirement;
  switch (item.type) {
    case 'min_value':
      return { ...known, minimum: bound };
    case 'max_value':
      return { ...known, maximum: bound };
    case 'min_length':
      return { ...known, [known.type === 'array' ? 'minItems' : 'minLength']: bound };
    case 'max_length':
      return { ...known, [known.type === 'array' ? 'maxItems' : 'maxLength']: bound };
    case 'integer':
      return { ...known, type: 'integer' };
    case 'regex':
      return bound instanceof RegExp ? { ...known, pattern: bound.source } : known;
    case 'iso_timestamp':
      return { ...known, format: 'date-time' };
    case 'metadata':
      return isObject(item.metadata) && isObject(item.metadata.schema)
        ? { ...known, ...item.metadata.schema }
        : known;
    default:
      return known;
  }
}

function bare(schema: Item): JsonSchema {
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return { type: schema.type };
    case 'literal':
      return { const: schema.literal };
    case 'picklist':
      return { enum: schema.options };
    case 'array':
      return { type: 'array', items: jsonSchemaOf(schema.item) };
    case 'union':
      return { anyOf: Array.isArray(schema.options) ? schema.options.map(jsonSchemaOf) : [] };
    case 'record':
      return { type: 'object', additionalProperties: jsonSchemaOf(schema.value) };
    case 'optional':
      return withDefault(jsonSchemaOf(schema.wrapped), schema.default);
    case 'nullable':
    case 'nullish':
      return withDefault(orNull(jsonSchemaOf(schema.wrapped)), schema.default);
    case 'object':
    case 'strict_object':
      return isObject(schema.entries) ? objectOf(schema.entries, schema.type) : { type: 'object' };
    default:
      return {};
  }
}

function objectOf(entries: Record<string, unknown>, type: 'object' | 'strict_object'): JsonSchema {
  const required = Object.entries(entries)
    .filter(([, entry]) => !isOptional(entry))
    .map(([name]) => name);
  const properties = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, jsonSchemaOf(entry)]),
  );
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    ...(type === 'strict_object' ? { additionalProperties: false } : {}),
  };
}

const isOptional = (entry: unknown): boolean =>
  isItem(entry) && (entry.type === 'optional' || entry.type === 'nullish');

/** The schema, or null. What accepts anything accepts null already. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { description, examples, ...bare } = schema;
  if (Object.keys(bare).length === 0) return schema;
  // What is said of a value is said of the field, not of one of the forms that it may have.
  const said = Object.entries({ description, examples }).filter(([, value]) => value !== undefined);
  return { anyOf: [bare, { type: 'null' }], ...Object.fromEntries(said) };
}

function withDefault(schema: JsonSchema, fallback: unknown): JsonSchema {
  return fallback === undefined || fallback === null ? schema : { ...schema, default: fallback };
}

/** A merge patch of an object: every field may be left out, and null puts it back to its default. */
export function patchOf(schema: JsonSchema): JsonSchema {
  const { properties, required: _, ...rest } = schema;
  if (!isObject(properties)) return schema;
  const nullable = Object.entries(properties).map(([name, property]) => {
    const plain: JsonSchema = isObject(property) ? patchOf(property) : {};
    const { default: __, ...undefaulted } = plain;
    return [name, orNull(undefaulted)];
  });
  return { ...rest, properties: Object.fromEntries(nullable) };
}

/** Keywords that say what is accepted beyond the kind of value. */
const BOUNDS = ['default', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'minItems', 'maxItems'];

/**
 * The shape of an answer that shows what this schema accepts: the same kinds of values, without bounds, which only concern
 * who sends, and open to fields of later releases.
 */
export function answerOf(schema: JsonSchema): JsonSchema {
  const kept = Object.entries(schema).filter(
    ([keyword, value]) =>
      !BOUNDS.includes(keyword) && !(keyword === 'additionalProperties' && value === false),
  );
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, partOf(keyword, value)]));
}

function partOf(keyword: string, value: unknown): unknown {
  if (keyword === 'anyOf' && Array.isArray(value)) return value.map(answerOf);
  if (!isObject(value)) return value;
  if (keyword === 'items' || keyword === 'additionalProperties') return answerOf(value);
  if (keyword !== 'properties') return value;
  const properties = Object.entries(value).map(([name, part]) => [
    name,
    isObject(part) ? answerOf(part) : part,
  ]);
  return Object.fromEntries(properties);
}
