/**
 * A table of options: what a user may decide about something, one entry each. The shape of the input, the stored form, what
 * is shown, the shape of answers and the defaults are all derived from the table, so that an option is added in one place.
 *
 * Keys of a table are the names in stored records; `field` is the name in requests and answers.
 */
import * as v from 'valibot';
import { answerOf, type JsonSchema, jsonSchemaOf } from './json-schema';

export interface Option<
  Field extends string = string,
  Schema extends v.GenericSchema = v.GenericSchema,
  Stored = unknown,
  Shown = unknown,
> {
  readonly field: Field;
  /** What is accepted. An option that may be left out says its default here: `v.optional` or `v.nullish`. */
  readonly schema: Schema;
  /** The shape of what is shown, where it cannot be told from the schema. */
  readonly answer?: JsonSchema;
  /** The stored form of what was given. */
  store(given: v.InferOutput<Schema>): Stored;
  /** What is shown of the stored form; giving it back changes nothing. */
  show(stored: Stored): Shown;
}

/** An option that is stored and shown as the schema gives it. @param answer where it cannot be told from the schema */
export function option<const Field extends string, const Schema extends v.GenericSchema>(
  field: Field,
  schema: Schema,
  answer?: JsonSchema,
): Option<Field, Schema, v.InferOutput<Schema>, v.InferOutput<Schema>> {
  const told = answer === undefined ? {} : { answer };
  return { field, schema, store: given => given, show: stored => stored, ...told };
}

/** An option that is stored, or shown, in another form than the one given. */
export function convertedOption<
  const Field extends string,
  const Schema extends v.GenericSchema,
  Stored,
  Shown,
>(
  field: Field,
  schema: Schema,
  forms: {
    store(given: v.InferOutput<Schema>): Stored;
    show(stored: Stored): Shown;
    answer?: JsonSchema;
  },
): Option<Field, Schema, Stored, Shown> {
  return { field, schema, ...forms };
}

export type OptionTable = { readonly [name: string]: Option };

/** The options as records keep them. */
export type StoredOptions<T extends OptionTable> = {
  -readonly [Name in keyof T]: ReturnType<T[Name]['store']>;
};

type NamesWithDefault<T extends OptionTable> = {
  [Name in keyof T]: T[Name]['schema'] extends { readonly type: 'optional' | 'nullish' } ? Name : never;
}[keyof T];

/** The defaults of the options that may be left out, as records keep them. */
export type OptionDefaults<T extends OptionTable> = Pick<StoredOptions<T>, NamesWithDefault<T>>;

type OptionEntries<T extends OptionTable> = { [Name in keyof T as T[Name]['field']]: T[Name]['schema'] };
type GivenOptions<T extends OptionTable> = {
  [Name in keyof T as T[Name]['field']]: v.InferOutput<T[Name]['schema']>;
};
type ShownOptions<T extends OptionTable> = {
  [Name in keyof T as T[Name]['field']]: ReturnType<T[Name]['show']>;
};

/** The entries of an object schema that takes these options. */
export const optionEntries = <T extends OptionTable>(table: T): OptionEntries<T> =>
  Object.fromEntries(
    Object.values(table).map(({ field, schema }) => [field, schema]),
  ) as unknown as OptionEntries<T>;

/** What such a schema gave, as it is stored. */
export const storedOptions = <T extends OptionTable>(table: T, given: GivenOptions<T>): StoredOptions<T> => {
  const values = new Map<string, unknown>(Object.entries(given));
  return Object.fromEntries(
    Object.entries(table).map(([name, { field, store }]) => [name, store(values.get(field))]),
  ) as StoredOptions<T>;
};

/** Stored options as they are shown, and as a merge patch applies to them. */
export const shownOptions = <T extends OptionTable>(table: T, stored: StoredOptions<T>): ShownOptions<T> =>
  Object.fromEntries(
    Object.entries(table).map(([name, { field, show }]) => [field, show(stored[name])]),
  ) as ShownOptions<T>;

/** The shape of what is shown, by field. */
export const answersOf = (table: OptionTable): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.values(table).map(({ field, schema, answer }) => [
      field,
      answer ?? answerOf(jsonSchemaOf(schema)),
    ]),
  );

/** What is stored of options that are left out; those that cannot be are not among them. */
export function optionDefaults<T extends OptionTable>(table: T): OptionDefaults<T> {
  const defaults = Object.entries(table).flatMap(([name, { schema, store }]) => {
    const left = v.safeParse(schema, undefined);
    return left.success ? [[name, store(left.output)]] : [];
  });
  return Object.fromEntries(defaults) as OptionDefaults<T>;
}
