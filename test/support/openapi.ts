/**
 * Requests made up from an OpenAPI document, and a judge of the answers: both know the document only.
 */
import Ajv2020 from 'ajv/dist/2020.js';
import * as fc from 'fast-check';

export type Schema = { [keyword: string]: unknown };
export type Parameter = { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: Schema };
export type Operation = {
  operationId: string;
  method: string;
  path: string;
  parameters: Parameter[];
  body: { schema: Schema; required: boolean; example?: unknown } | null;
  /** By status, in each of its forms; none for an answer without a body. */
  answers: Map<number, { type: string; schema: string }[]>;
};

type Reference = { $ref: string };
type Content = Record<string, { schema: Reference; example?: unknown }>;
type Raw = {
  operationId: string;
  parameters?: Reference[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, Partial<Reference> & { content?: Content }>;
};
export type Document = {
  paths: Record<string, Record<string, Raw>>;
  components: {
    parameters: Record<string, Parameter>;
    responses: Record<string, { content?: Content }>;
    schemas: Record<string, Schema>;
  };
};

const nameOf = ($ref: string) => $ref.split('/').at(-1) ?? '';

function found<T>(table: Record<string, T>, { $ref }: Reference): T {
  const value = table[nameOf($ref)];
  if (value === undefined) throw new Error(`${$ref} is not in the document`);
  return value;
}

export function operationsOf({ paths, components }: Document): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]): Operation => {
      const content = raw.requestBody?.content['application/json'];
      return {
        operationId: raw.operationId,
        method: method.toUpperCase(),
        path,
        parameters: (raw.parameters ?? []).map(reference => found(components.parameters, reference)),
        body:
          content === undefined
            ? null
            : {
                schema: found(components.schemas, content.schema),
                required: raw.requestBody?.required === true,
                example: content.example,
              },
        answers: new Map(
          Object.entries(raw.responses).map(([status, response]) => {
            const resolved =
              response.$ref === undefined ? response : found(components.responses, { $ref: response.$ref });
            const forms = Object.entries(resolved.content ?? {});
            return [
              Number(status),
              forms.map(([type, { schema }]) => ({ type, schema: nameOf(schema.$ref) })),
            ];
          }),
        ),
      };
    }),
  );
}

/** Says what is wrong with a value as an instance of a named schema; fields that are not described are wrong too. */
export function judgeOf({ components }: Document): (schema: string, value: unknown) => string | null {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'api', components: { schemas: closed(components.schemas) } });
  return (schema, value) => {
    const validate = ajv.getSchema(`api#/components/schemas/${schema}`);
    if (validate === undefined) return `no schema ${schema}`;
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };
}

/** Objects with listed fields and no word about others take no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isOpen = inner.type === 'object' && 'properties' in inner && !('additionalProperties' in inner);
  return isOpen ? { ...inner, additionalProperties: false } : inner;
}

/** Values that make sense where a schema alone does not know what does. */
export type Hints = Record<string, fc.Arbitrary<unknown>>;

/** Mostly instances of a schema, now and then something else. */
export function valuesOf(schema: Schema, { components }: Document, hints: Hints): fc.Arbitrary<unknown> {
  const right = (one: Schema, name = ''): fc.Arbitrary<unknown> => {
    const hint = hints[name];
    return fc.oneof(
      { weight: 30, arbitrary: hint ?? plain(one) },
      { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    );
  };
  const plain = (one: Schema): fc.Arbitrary<unknown> => {
    if (typeof one.$ref === 'string') return plain(found(components.schemas, { $ref: one.$ref }));
    if (Array.isArray(one.enum)) return fc.constantFrom(...one.enum);
    if (Array.isArray(one.anyOf)) return fc.oneof(...one.anyOf.map(choice => plain(choice)));
    switch (one.type) {
      case 'string':
        return stringsOf(one);
      case 'integer':
        return fc.integer({
          min: Number(one.minimum ?? -5),
          max: Math.min(Number(one.maximum ?? 100), Number.MAX_SAFE_INTEGER),
        });
      case 'number':
        return fc.double({ min: Number(one.minimum ?? 0), max: Number(one.maximum ?? 1e6), noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(plain((one.items ?? {}) as Schema), { maxLength: 3 });
      case 'object':
        return objectsOf(one, right);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  };
  return plain(schema);
}

function stringsOf({ minLength, maxLength, pattern }: Schema): fc.Arbitrary<string> {
  const bounds = { minLength: Number(minLength ?? 0), maxLength: Math.min(Number(maxLength ?? 20), 40) };
  const words = fc.string(bounds);
  // Unicode classes take long to enumerate, and plain text is in the only one that is used.
  return typeof pattern === 'string' && !/\\p/i.test(pattern)
    ? fc.oneof(words, fc.stringMatching(new RegExp(pattern, 'u'), { maxLength: 40 }))
    : words;
}

function objectsOf(
  { properties = {}, required = [], additionalProperties }: Schema,
  right: (schema: Schema, name: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const entries = Object.entries(properties as Record<string, Schema>);
  const known = fc.record(Object.fromEntries(entries.map(([name, schema]) => [name, right(schema, name)])), {
    requiredKeys: required as string[],
  });
  if (additionalProperties === false || additionalProperties === undefined) return known;
  const others = fc.dictionary(fc.string({ maxLength: 10 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  return fc.tuple(others, known).map(([one, two]) => ({ ...one, ...two }));
}
