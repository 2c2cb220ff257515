/**
 * Where a preset or a user's scheme finds a topic, an id or a key: a reference (`h:x-topic`, `json:/type`, `q:`, `form:`),
 * several joined as a template (`{json:/storeId}.{json:/id}`), or a constant (`text:ping`). Alternatives are tried in
 * order; the first that is there counts.
 */
import { err, ok, type Result } from '../result';
import { parseReference, type Reference, type RequestView } from '../signature/request-view';
import type { Issue } from './provider';

export type TextSource = { source: string; parts: (string | Reference)[]; when: Condition[] };

/** Where a text is read; as an object only in requests of which another text has one of the values, or begins with it (`a:*`). */
export type SourceText = string | { read: string; when: Readonly<Record<string, readonly string[]>> };

type Condition = { reference: Reference; values: readonly string[] };

/** As users see it. */
export const writtenSource = (source: SourceText): string =>
  typeof source === 'string'
    ? source
    : `${source.read} where ${Object.entries(source.when)
        .map(([place, values]) => `${place} is ${values.join(' or ')}`)
        .join(' and ')}`;

/** The error says what is wrong, in words that follow the place. */
export function compileTextSource(text: SourceText): Result<TextSource, string> {
  if (typeof text === 'string') return compileText(text);
  const source = compileText(text.read);
  if (!source.ok) return source;
  const when: Condition[] = [];
  for (const [place, values] of Object.entries(text.when)) {
    const reference = parseReference(place);
    if (!isUsable(reference)) return err(`must be ${ALLOWED}`);
    when.push({ reference, values });
  }
  return ok({ ...source.value, when });
}

function compileText(source: string): Result<TextSource, string> {
  const when: Condition[] = [];
  if (source.startsWith('text:') && source.length > 5) return ok({ source, parts: [source.slice(5)], when });
  if (!source.includes('{')) {
    const reference = parseReference(source);
    return isUsable(reference) ? ok({ source, parts: [reference], when }) : err(`must be ${ALLOWED}`);
  }
  const parts: TextSource['parts'] = [];
  for (const [i, piece] of source.split(/\{([^{}]*)\}/).entries()) {
    const reference = i % 2 === 1 ? parseReference(piece) : null;
    if (i % 2 === 1 && !isUsable(reference)) return err(`must be ${ALLOWED}`);
    if (i % 2 === 0 && /[{}]/.test(piece)) return err('has a brace without its partner');
    if (reference !== null) parts.push(reference);
    else if (piece !== '') parts.push(piece);
  }
  return ok({ source, parts, when });
}

const ALLOWED =
  'h:<header>, q:<query parameter>, form:<field>, json:<pointer>, text:<constant>, or these in braces with text between';

const isUsable = (reference: Reference | null): reference is Reference =>
  reference !== null && reference.kind !== 'sig' && reference.kind !== 'cfg';

/** Where a text was, as issues name places; of a template its first reference. */
export function placeOf({ parts }: TextSource): string {
  const reference = parts.find(part => typeof part !== 'string');
  if (reference === undefined) return '';
  switch (reference.kind) {
    case 'json':
      return reference.pointer;
    case 'h':
      return `header:${reference.name}`;
    case 'q':
      return `query:${reference.name}`;
    default:
      return `${reference.kind}:${reference.name}`;
  }
}

/** The first text that is there, and where; null where none is. What is there but is no text is an issue. */
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

function holds({ reference, values }: Condition, view: RequestView): boolean {
  const text = view.read(reference);
  return (
    text.ok &&
    values.some(value =>
      value.endsWith('*') ? text.value.startsWith(value.slice(0, -1)) : text.value === value,
    )
  );
}

/** A body that is no JSON or no form at all gives nothing: that is said once, of the body. */
const CAUSES: Readonly<Record<string, string>> = {
  repeated: 'is given twice',
  not_scalar: 'expected text or number, found object or array',
  ill_formed: 'must be well-formed text',
};
