/** Bodies of samples with values set in them: JSON, forms, and JSON that a field of a form holds. Pure. */
import { parsePointer } from '../../../src/json/pointer';
import { err, ok, type Result } from '../../../src/result';
import { changed, withValue } from '../given/changed';
import type { Change } from '../given/pairs';

/** @param isForm whether it is one, by its content type. An error is a sentence. */
export function withChanges(
  body: string,
  changes: readonly Change[],
  isForm: boolean,
): Result<string, string> {
  if (isForm) return formWith(new URLSearchParams(body), changes);
  const json = parsed(body);
  if (json === undefined) return err('--set is for bodies that are JSON or forms.');
  const value = changed(json, changes);
  return value.ok ? ok(JSON.stringify(value.value)) : value;
}

/** The first step of a pointer is the field; what follows leads into the JSON that it holds. */
function formWith(form: URLSearchParams, changes: readonly Change[]): Result<string, string> {
  for (const { pointer, value } of changes) {
    const [field, ...rest] = parsePointer(pointer) ?? [];
    if (field === undefined) return err(`--set takes the name of a field, like /text, not ${pointer}.`);
    if (rest.length === 0) form.set(field, typeof value === 'string' ? value : JSON.stringify(value));
    else form.set(field, JSON.stringify(withValue(parsed(form.get(field) ?? ''), rest, value)));
  }
  return ok(form.toString());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
