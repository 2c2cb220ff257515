/** An input held against its schema: what every reader of a request's body begins with. */
import * as v from 'valibot';
import { err, ok, type Result } from '../result';
import { type FieldError, fieldErrors } from './field-errors';

/**
 * What the schema makes of the input, or everything that is wrong with it.
 * @param prefix JSON pointer of the input in the request's body
 */
export function checked<const S extends v.GenericSchema>(
  schema: S,
  given: unknown,
  prefix = '',
): Result<v.InferOutput<S>, FieldError[]> {
  const parsed = v.safeParse(schema, given);
  return parsed.success ? ok(parsed.output) : err(fieldErrors(parsed.issues, prefix));
}
