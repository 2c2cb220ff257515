/**
 * What was signed: message templates compiled to parts, and parts expanded to bytes (see `Scheme` for the tokens).
 *
 * Bytes are joined, never text, so a body that is not UTF-8 is signed as it came. Expansion fails closed: whatever a
 * template names and the request does not give exactly once, as text, is an error and never an empty string.
 */
import { type CanonicalMode, canonicalJson } from '../json/canonical';
import type { JsonDocument, JsonProblem } from '../json/parse';
import { parsePointer } from '../json/pointer';
import { scalarText } from '../json/scalar';
import { err, ok, type Result } from '../result';

type Part =
  | { kind: 'text'; bytes: Uint8Array }
  | { kind: 'body' }
  | { kind: 'json'; pointer: string; path: string[] }
  | { kind: 'cjson'; mode: CanonicalMode }
  | { kind: 'ts' };

/** A compiled template, with the text it came from. */
export type Template = { source: string; parts: Part[] };

/** What a template may draw on. The document is read at most once, and only when a token asks for it. */
export type MessageInput = {
  body: Uint8Array;
  document: () => Result<JsonDocument, JsonProblem>;
  /** The text of the timestamp as it was sent; null where the scheme has none. */
  timestamp: string | null;
};

const encoder = new TextEncoder();

/** Compiles a template; the error says which token is not one. */
export function compileTemplate(source: string): Result<Template, string> {
  const parts: Part[] = [];
  // Odd pieces are what stood between braces.
  for (const [i, piece] of source.split(/\{([^{}]*)\}/).entries()) {
    if (i % 2 === 0) {
      if (/[{}]/.test(piece)) return err('a brace without its partner');
      if (piece !== '') parts.push({ kind: 'text', bytes: encoder.encode(piece) });
      continue;
    }
    const part = compileToken(piece);
    if (part === null) return err(`unknown token {${piece}}`);
    parts.push(part);
  }
  return parts.length === 0 ? err('an empty template') : ok({ source, parts });
}

function compileToken(token: string): Part | null {
  switch (token) {
    case 'body':
    case 'ts':
      return { kind: token };
    case 'cjson:keep':
      return { kind: 'cjson', mode: 'keep' };
    case 'cjson:recurse':
      return { kind: 'cjson', mode: 'recurse' };
  }
  if (!token.startsWith('json:')) return null;
  const pointer = token.slice('json:'.length);
  const path = parsePointer(pointer);
  return path === null ? null : { kind: 'json', pointer, path };
}

/** The signed bytes; the error says which part is not there, without values of the request. */
export function expandTemplate(template: Template, input: MessageInput): Result<Uint8Array, string> {
  const pieces: Uint8Array[] = [];
  for (const part of template.parts) {
    const piece = expandPart(part, input);
    if (!piece.ok) return piece;
    pieces.push(piece.value);
  }
  const [only] = pieces;
  return ok(pieces.length === 1 && only !== undefined ? only : concatenate(pieces));
}

function expandPart(part: Part, input: MessageInput): Result<Uint8Array, string> {
  switch (part.kind) {
    case 'text':
      return ok(part.bytes);
    case 'body':
      return ok(input.body);
    case 'ts':
      return input.timestamp === null ? err('timestamp: missing') : ok(encoder.encode(input.timestamp));
    case 'json': {
      const document = input.document();
      if (!document.ok) return err(`body: ${document.error}`);
      const text = scalarText(document.value, part.path);
      return text.ok ? ok(encoder.encode(text.value)) : err(`${part.pointer}: ${text.error}`);
    }
    case 'cjson': {
      const document = input.document();
      if (!document.ok) return err(`body: ${document.error}`);
      const text = canonicalJson(document.value, part.mode);
      return text.ok ? ok(encoder.encode(text.value)) : err(`body: ${text.error}`);
    }
  }
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
