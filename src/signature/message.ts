/**
 * The message that was signed: templates are compiled to parts, and parts expanded to bytes.
 *
 * Bytes are joined, never text, so a body that is not UTF-8 is signed as it came. What a template names must be in the
 * request exactly once, as text. Otherwise it is an error, and never an empty string.
 */
import type { CanonicalMode } from '../json/canonical';
import type { JsonDocument } from '../json/parse';
import { LIMITS } from '../limits';
import { err, ok, type Result } from '../result';
import { type AddressForm, addressIn } from './address';
import type { Fields } from './form';
import { detailOf, parseReference, type Reference, type RequestView } from './request-view';

export type Part =
  | { kind: 'text'; bytes: Uint8Array }
  | { kind: 'body' }
  | { kind: 'ts' }
  | { kind: 'method' }
  | { kind: 'url'; form: AddressForm }
  | { kind: 'fields' }
  | { kind: 'crc32' }
  | { kind: 'cjson'; mode: CanonicalMode }
  /** The values, joined by dots, of the headers that a named part of the signature lists, separated by blanks. */
  | { kind: 'headers'; named: string }
  /** `until`: the value ends where this text first stands (`parts.ts`). */
  | { kind: 'reference'; reference: Reference; until?: string };

/** A compiled template, with the text it came from. */
export type Template = { source: string; parts: Part[] };

/** What a template is filled from, besides the request itself. */
export type MessageContext = {
  /** Where JSON pointers start; null: the whole body. */
  element: JsonDocument | null;
  /** The text of the timestamp as it was sent; null where the scheme has none. */
  timestamp: string | null;
  /** Named parts of the signature header. */
  signatureFields: Fields;
};

const TOKENS: Readonly<Record<string, Part>> = {
  body: { kind: 'body' },
  ts: { kind: 'ts' },
  method: { kind: 'method' },
  url: { kind: 'url', form: 'as_is' },
  'url|unpct': { kind: 'url', form: 'unpct' },
  'url|port+': { kind: 'url', form: 'port+' },
  'url|port-': { kind: 'url', form: 'port-' },
  'form*': { kind: 'fields' },
  'crc32:body': { kind: 'crc32' },
  'cjson:keep': { kind: 'cjson', mode: 'keep' },
  'cjson:recurse': { kind: 'cjson', mode: 'recurse' },
};

/** A template may name the body, or one long value of it, several times. No message that a provider signs is as long. */
const MAX_MESSAGE_BYTES = 2 * LIMITS.MAX_BODY_BYTES;
const TOO_LONG = 'message: too long';

const encoder = new TextEncoder();

/** Compiles a template; the error says what is wrong with it. */
export function compileTemplate(source: string): Result<Template, string> {
  const parts: Part[] = [];
  // Every second piece stood between braces.
  for (const [i, piece] of source.split(/\{([^{}]*)\}/).entries()) {
    if (i % 2 === 0) {
      if (/[{}]/.test(piece)) return err('a brace without its partner');
      if (piece !== '') parts.push({ kind: 'text', bytes: encoder.encode(piece) });
      continue;
    }
    const reference = parseReference(piece);
    if (Object.hasOwn(TOKENS, piece)) parts.push(TOKENS[piece] ?? { kind: 'body' });
    else if (piece.startsWith('headers:') && piece.length > 8) {
      parts.push({ kind: 'headers', named: piece.slice(8) });
    } else if (reference !== null) parts.push({ kind: 'reference', reference });
    else return err(`unknown token {${piece.slice(0, 60)}}`);
  }
  return parts.length === 0 ? err('an empty template') : ok({ source, parts });
}

/** The signed bytes; the error names the part that the request lacks, without values of the request. */
export function expandTemplate(
  { parts }: Template,
  view: RequestView,
  context: MessageContext,
): Result<Uint8Array, string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    const piece = expandPart(part, view, context);
    if (!piece.ok) return piece;
    const bytes = typeof piece.value === 'string' ? encoder.encode(piece.value) : piece.value;
    length += bytes.length;
    if (length > MAX_MESSAGE_BYTES) return err(TOO_LONG);
    pieces.push(bytes);
  }
  const [only] = pieces;
  return ok(pieces.length === 1 && only !== undefined ? only : concatenate(pieces));
}

/**
 * Whether every value that must end where the text after it first stands does so. Elsewhere the same bytes would have another
 * reading, so nothing counts as signed with them.
 */
export const isReadOneWay = ({ parts }: Template, view: RequestView, context: MessageContext): boolean =>
  parts.every(part => {
    if (part.kind !== 'reference' || part.until === undefined) return true;
    const value = view.read(part.reference, context.element, context.signatureFields);
    return !value.ok || `${value.value}${part.until}`.indexOf(part.until) === value.value.length;
  });

function expandPart(
  part: Part,
  view: RequestView,
  context: MessageContext,
): Result<Uint8Array | string, string> {
  const { request } = view;
  switch (part.kind) {
    case 'text':
      return ok(part.bytes);
    case 'body':
      return ok(request.body);
    case 'ts':
      return context.timestamp === null ? err('timestamp: missing') : ok(context.timestamp);
    case 'method':
      return ok(request.method);
    case 'url':
      return ok(addressIn(part.form, request.url));
    case 'crc32':
      return ok(view.body.crc32);
    case 'fields': {
      const { fields } = view.body;
      return fields.ok ? fields : err(`body: ${fields.error}`);
    }
    case 'cjson': {
      const document = context.element === null ? view.document : ok(context.element);
      if (!document.ok) return err(`body: ${document.error}`);
      const text = view.body.canonical(document.value, part.mode);
      return text.ok ? text : err(`body: ${text.error}`);
    }
    case 'headers':
      return headerValues(view, part.named, context);
    case 'reference': {
      const text = view.read(part.reference, context.element, context.signatureFields);
      return text.ok ? text : err(detailOf(text.error));
    }
  }
}

function headerValues(view: RequestView, named: string, context: MessageContext): Result<string, string> {
  const list = view.read({ kind: 'sig', name: named }, null, context.signatureFields);
  if (!list.ok) return err(detailOf(list.error));
  const values: string[] = [];
  let length = 0;
  for (const name of list.value.split(' ')) {
    const header = parseReference(`h:${name}`);
    const value = header === null ? null : view.read(header);
    if (value === null || !value.ok) return err(`a header that the signature lists: missing`);
    values.push(value.value);
    // The sender lists what it likes, one header a thousand times.
    length += value.value.length + 1;
    if (length > MAX_MESSAGE_BYTES) return err(TOO_LONG);
  }
  return ok(values.join('.'));
}

function concatenate(pieces: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
