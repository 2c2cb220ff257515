/**
 * Reads `application/x-www-form-urlencoded` text as name-value pairs. Invalid escapes and bytes that are not UTF-8 are
 * errors and never replaced by another character, because what is read here was signed.
 */
import { err, ok, type Result } from '../result';

export type Fields = [name: string, value: string][];

/** More fields than any form has. Limited because anyone can send a form, and its fields are sorted. */
const MAX_FIELDS = 5000;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a body. Empty pieces between `&` are skipped; a piece without `=` has an empty value. */
export function parseForm(body: Uint8Array): Result<Fields, 'not_a_form'> {
  try {
    return parseFields(decoder.decode(body));
  } catch {
    return err('not_a_form');
  }
}

/** The same for a query string. */
export function parseFields(text: string): Result<Fields, 'not_a_form'> {
  const fields: Fields = [];
  for (const piece of text.split('&')) {
    if (piece === '') continue;
    if (fields.length === MAX_FIELDS) return err('not_a_form');
    const at = piece.indexOf('=');
    const name = unescaped(at === -1 ? piece : piece.slice(0, at));
    const value = unescaped(at === -1 ? '' : piece.slice(at + 1));
    if (name === null || value === null) return err('not_a_form');
    fields.push([name, value]);
  }
  return ok(fields);
}

/** The value of a name that occurs exactly once. */
export function fieldOf(fields: Fields, name: string): Result<string, 'missing' | 'repeated'> {
  const [first, second] = fields.filter(field => field[0] === name);
  if (first === undefined) return err('missing');
  return second === undefined ? ok(first[1]) : err('repeated');
}

/** All fields as Twilio signs them: sorted by name, each name with each of its distinct values, nothing in between. */
export function joinedFields(fields: Fields): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of fields) {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  }
  const names = [...values.keys()].sort();
  return names
    .map(name =>
      [...(values.get(name) ?? [])]
        .sort()
        .map(value => name + value)
        .join(''),
    )
    .join('');
}

function unescaped(text: string): string | null {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
