/**
 * Whether a body has all of some values at their places: JSON, or a form. The first token of a place in a form is the name of a
 * field, whose value is text; where more tokens follow, the field's text is read as JSON. Pure.
 */
import { parseJson, parseJsonText } from '../json/parse';
import { hasScalar, textForm } from '../json/scalar-search';
import { type Fields, parseForm } from '../signature/form';

/** A scalar, in the form of `scalarForm`, and the path that it has to stand at. */
export type Wanted = { path: readonly string[]; form: string };

/** `unreadable`: the body is neither JSON nor a form, or nests too deep, so nothing is known of it. */
type Search = 'found' | 'absent' | 'unreadable';

const FORM = /^application\/x-www-form-urlencoded\b/i;

/** @param contentType of the request; empty where it had none */
export function searchBody(body: Uint8Array, contentType: string, wanted: readonly Wanted[]): Search {
  const document = parseJson(body);
  if (document.ok) {
    const { text } = document.value;
    return wanted.every(({ path, form }) => hasScalar(text, path, form)) ? 'found' : 'absent';
  }
  const form = FORM.test(contentType) ? parseForm(body) : null;
  if (form === null || !form.ok) return 'unreadable';
  return wanted.every(one => isInForm(form.value, one)) ? 'found' : 'absent';
}

function isInForm(fields: Fields, { path: [name, ...inside], form }: Wanted): boolean {
  return fields.some(([field, value]) => {
    if (field !== name) return false;
    if (inside.length === 0) return textForm(value) === form;
    const document = parseJsonText(value);
    return document.ok && hasScalar(document.value.text, inside, form);
  });
}
