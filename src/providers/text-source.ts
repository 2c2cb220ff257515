/**
 * Where a preset or a user's scheme finds a topic, an id or a key: a reference (`h:x-topic`, `json:/type`, `q:`, `form:`, `json@field:/type`),
 * a template of several (`{json:/storeId}.{json:/id}`), or a constant (`text:ping`). Of several alternatives the first one
 * that the request has is used.
 */
import { err, ok, type Result } from '../result';
import type { JsonReference } from '../signature/parsed-body';
import { parseReference, type Reference, type RequestView } from '../signature/request-view';
import type { Issue } from './provider';

/** A compiled place: literal texts and references, joined. It counts only in requests that fulfil all conditions. */
export type TextSource = { parts: (string | Reference)[]; when: Condition[] };

/**
 * A place as it is declared. With `when`, it counts only in requests in which each of the named texts has one of the values,
 * or begins with it (`a:*`).
 */
export type SourceText = string | { read: string; when: Readonly<Record<string, readonly string[]>> };

type Condition = { reference: Reference; matches: (text: string) => boolean };

/** A place in the words that are shown to users. */
export const writtenSource = (source: SourceText): string =>
  typeof source === 'string'
    ? source
    : `${source.read} where ${Object.entries(source.when)
        .map(([place, values]) => `${place} is ${values.join(' or ')}`)
        .join(' and ')}`;

/** Compiles a place. The error says what is wrong with it, in words that follow its name. */
export function compileTextSource(text: SourceText): Result<TextSource, string> {
  if (typeof text === 'string') return compileText(text);
  const source = compileText(text.read);
  if (!source.ok) return source;
  const when: Condition[] = [];
  for (const [place, values] of Object.entries(text.when)) {
    const reference = parseReference(place);
    if (!isUsable(reference)) return err(`must be ${ALLOWED}`);
    when.push({ reference, matches: text => values.some(value => isLike(text, value)) });
  }
  return ok({ ...source.value, when });
}

function compileText(source: string): Result<TextSource, string> {
  const when: Condition[] = [];
  if (source.startsWith('text:') && source.length > 5) return ok({ parts: [source.slice(5)], when });
  if (!source.includes('{')) {
    const reference = parseReference(source);
    return isUsable(reference) ? ok({ parts: [reference], when }) : err(`must be ${ALLOWED}`);
  }
  const parts: TextSource['parts'] = [];
  for (const [i, piece] of source.split(/\{([^{}]*)\}/).entries()) {
    const reference = i % 2 === 1 ? parseReference(piece) : null;
    if (i % 2 === 1 && !isUsable(reference)) return err(`must be ${ALLOWED}`);
    if (i % 2 === 0 && /[{}]/.test(piece)) return err('has a brace without its partner');
    if (reference !== null) parts.push(reference);
    else if (piece !== '') parts.push(piece);
  }
  return ok({ parts, when });
}

const ALLOWED =
  'h:<header>, q:<query parameter>, form:<field>, json:<pointer>, json@<form field>:<pointer>, text:<constant>, or these in ' +
  'braces with text between';

const isUsable = (reference: Reference | null): reference is Reference =>
  reference !== null && reference.kind !== 'sig' && reference.kind !== 'cfg';

/** The place as issues name it; for a template that of its first reference. */
export function placeOf({ parts }: TextSource): string {
  const reference = parts.find(part => typeof part !== 'string');
  if (reference === undefined) return '';
  switch (reference.kind) {
    case 'json':
      return placeIn(reference.field, reference.pointer);
    case 'h':
      return `header:${reference.name}`;
    case 'q':
      return `query:${reference.name}`;
    default:
      return `${reference.kind}:${reference.name}`;
  }
}

/** A place in JSON as issues name it: of the body, or of a form field. */
export const placeIn = (field: string | null, pointer: string): string =>
  field === null ? pointer : `form:${field}${pointer}`;

/** All places in JSON that are looked at, those of its conditions included. */
export const placesInJson = ({ parts, when }: TextSource): JsonReference[] =>
  [...parts, ...when.map(({ reference }) => reference)].filter(
    part => typeof part !== 'string' && part.kind === 'json',
  );

/** The first text that the request has, and its place; null where it has none. A value that is no text is an issue. */
export function readFirst(
  sources: readonly TextSource[],
  view: RequestView,
): Result<{ text: string; place: string; source: TextSource } | null, Issue> {
  for (const source of sources) {
    const text = readText(source, view);
    if (text.ok) return ok({ text: text.value, place: placeOf(source), source });
    if (text.error !== 'missing') return err({ path: placeOf(source), message: text.error });
  }
  return ok(null);
}

function readText({ parts, when }: TextSource, view: RequestView): Result<string, string> {
  if (!when.every(condition => holds(condition, view))) return err('missing');
  let whole = '';
  for (const part of parts) {
    const text = typeof part === 'string' ? ok(part) : view.read(part);
    if (!text.ok) return err(CAUSES[text.error.cause] ?? 'missing');
    whole += text.value;
  }
  return ok(whole);
}

function holds({ reference, matches }: Condition, view: RequestView): boolean {
  const text = view.read(reference);
  return text.ok && matches(text.value);
}

const isLike = (text: string, value: string): boolean =>
  value.endsWith('*') ? text.startsWith(value.slice(0, -1)) : text === value;

/** Causes that are issues. Others count as missing: that a body is no JSON is an issue of the body itself. */
const CAUSES: Readonly<Record<string, string>> = {
  repeated: 'is given twice',
  not_scalar: 'expected text or number, found object or array',
  ill_formed: 'must be well-formed text',
};
