/** Schemas in words, for people: the kind of a field in a few of them, and the fields of an object in rows. Pure. */
import type { JsonSchema } from '../../input/json-schema';
import { isObject } from '../../json/kind';

/** A field: `retry.schedule_seconds`, `sig[].h`. */
export type Field = {
  name: string;
  kind: string;
  required: boolean;
  fallback: string | null;
  meaning: string;
};

/** How deep objects in objects are told. */
const MAX_DEPTH = 4;

/** The name of the schema that one refers to, itself or in a list, or null. */
export function referred(schema: JsonSchema): string | null {
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1) ?? null;
  if (isObject(schema.items)) return referred(schema.items);
  return null;
}

/** `whole number from 1 to 30`, `text or null`. */
export function kindOfSchema(schema: JsonSchema): string {
  const { type, anyOf, items, minimum, maximum, minLength, maxLength, maxItems, format } = schema;
  const name = typeof schema.$ref === 'string' ? referred(schema) : null;
  if (name !== null) return name;
  if (Array.isArray(schema.enum)) return schema.enum.map(value => JSON.stringify(value)).join(', ');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(anyOf)) return anyOf.map(one => kindOfSchema(isObject(one) ? one : {})).join(' or ');
  if (type === 'array') {
    const each = kindOfSchema(isObject(items) ? items : {});
    return `list of ${each}${maxItems === undefined ? '' : `, at most ${maxItems}`}`;
  }
  if (Array.isArray(type)) return type.map(one => KINDS[String(one)] ?? String(one)).join(' or ');
  const kind = format === 'date-time' ? 'time (RFC 3339)' : (KINDS[String(type)] ?? 'anything');
  const length = maxLength === undefined ? '' : ` of ${minLength ?? 0} to ${maxLength} characters`;
  return kind + (minimum === undefined || maximum === undefined ? length : ` from ${minimum} to ${maximum}`);
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
};

/** The fields of an object, those of objects in it after it. */
export function fieldsIn(schema: JsonSchema, prefix = '', depth = 0): Field[] {
  const { properties, required } = schema;
  if (!isObject(properties) || depth >= MAX_DEPTH) return [];
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).flatMap(([name, property]) => {
    const own: JsonSchema = isObject(property) ? property : {};
    const field: Field = {
      name: prefix + name,
      kind: kindOfSchema(own),
      required: needed.includes(name),
      fallback: own.default === undefined ? null : JSON.stringify(own.default),
      meaning: typeof own.description === 'string' ? own.description : '',
    };
    return [field, ...fieldsWithin(own, prefix + name, depth)];
  });
}

/** The fields of the object that a field is, may be, or lists. */
function fieldsWithin(schema: JsonSchema, name: string, depth: number): Field[] {
  if (isObject(schema.items)) return fieldsIn(schema.items, `${name}[].`, depth + 1);
  const forms: unknown[] = Array.isArray(schema.anyOf) ? schema.anyOf : [schema];
  return forms.flatMap(form => (isObject(form) ? fieldsIn(form, `${name}.`, depth + 1) : []));
}
