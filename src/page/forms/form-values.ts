/**
 * Between a form and the API: what stands in the fields as text, and the input that it makes. What cannot be meant goes to the API as it was
 * typed, which says what is wrong with it. Pure.
 */
import { isObject } from '../../json/kind';
import type { FormField } from './form-field';

/** By the name of the field. A box that is ticked has `yes`. */
export type Values = Readonly<Record<string, string>>;

export type FieldError = { path: string; message: string };

/** Longest value that is taken over from a form. */
const MAX_CHARACTERS = 50_000;

export const typedValues = (form: URLSearchParams, fields: readonly FormField[]): Values =>
  Object.fromEntries(fields.map(({ name }) => [name, (form.get(name) ?? '').slice(0, MAX_CHARACTERS)]));

/** What the form shows of what there is. */
export const valuesOf = (document: unknown, fields: readonly FormField[]): Values =>
  Object.fromEntries(fields.map(field => [field.name, textOf(valueAt(document, field.name), field)]));

/** What the form shows where there is nothing yet. A number that is left out is not entered, but told. */
export const firstValues = (fields: readonly FormField[]): Values =>
  Object.fromEntries(fields.map(field => [field.name, firstOf(field)]));

function firstOf({ kind, start, fallback = '' }: FormField): string {
  if (start !== undefined) return start;
  if (kind === 'yes') return fallback === 'true' ? 'yes' : '';
  return kind === 'choice' ? fallback : '';
}

function valueAt(document: unknown, name: string): unknown {
  return name
    .split('/')
    .reduce<unknown>(
      (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : null),
      document,
    );
}

function textOf(value: unknown, { kind }: FormField): string {
  if (value === null || value === undefined) return '';
  if (kind === 'yes') return value === true ? 'yes' : '';
  if (kind === 'json') return JSON.stringify(value, null, 2);
  if (kind === 'lines' && isObject(value)) {
    return Object.entries(value)
      .map(([name, text]) => `${name}: ${String(text)}`)
      .join('\n');
  }
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/**
 * The input that a form makes: of a request that creates, without what was left empty; of a merge patch, with null for it, which puts it
 * back to its default.
 * @param before what there is, and is changed; undefined where something is created
 */
export function inputOf(
  values: Values,
  fields: readonly FormField[],
  before?: object,
): { input: Record<string, unknown>; errors: FieldError[] } {
  const input: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  for (const { name, kind } of fields) {
    const text = (values[name] ?? '').replaceAll('\r\n', '\n');
    const isEmpty = text.trim() === '' && kind !== 'yes';
    if (isEmpty && (before === undefined || kind === 'secret')) continue;
    const value = isEmpty ? null : readAs(kind, text);
    if (value === undefined) errors.push({ path: `/${name}`, message: 'must be JSON' });
    else put(input, name.split('/'), kind === 'json' ? patchFrom(valueAt(before, name), value) : value);
  }
  return { input, errors };
}

/** The merge patch that makes one object of another: what is gone is null in it. */
function patchFrom(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after)) return after;
  const gone = Object.keys(before).filter(key => !Object.hasOwn(after, key));
  const kept = Object.entries(after).map(([key, value]) => [key, patchFrom(before[key], value)] as const);
  return Object.fromEntries([...gone.map(key => [key, null] as const), ...kept]);
}

/** Undefined where it is no JSON though it should be. */
function readAs(kind: FormField['kind'], text: string): unknown {
  switch (kind) {
    case 'yes':
      return text !== '';
    case 'number':
      return numberOr(text.trim());
    case 'numbers':
      return text
        .split(/[\s,]+/)
        .filter(part => part !== '')
        .map(numberOr);
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return undefined;
      }
    // Blanks at the ends of a secret are told, not removed.
    case 'secret':
    case 'lines':
      return text;
    default:
      return text.trim();
  }
}

const numberOr = (text: string): number | string =>
  /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : text;

function put(into: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const inner = into[name];
  const next = isObject(inner) ? inner : {};
  into[name] = next;
  put(next, rest, value);
}

/** What an error is about, as fields are named: a JSON pointer without its first slash. Paths of headers and queries have none. */
export const placeOf = (path: string): string => (path.startsWith('/') ? path.slice(1) : path);

/** The errors that the API answered: beside the field that each is about, and those that are about none. */
export function sortedErrors(
  errors: readonly FieldError[],
  fields: readonly FormField[],
): { beside: Values; others: string[] } {
  const beside: Record<string, string> = {};
  const others: string[] = [];
  for (const { path, message } of errors) {
    const about = placeOf(path);
    const field = fields
      .filter(({ name }) => about === name || about.startsWith(`${name}/`))
      .toSorted((a, b) => b.name.length - a.name.length)[0];
    if (field === undefined) others.push(path === '' ? message : `${about} ${message}`);
    else beside[field.name] ??= message;
  }
  return { beside, others };
}
