/**
 * Refuses query parameters that an operation does not have, and those given twice. Otherwise a filter whose name is misspelt
 * would be ignored, and the answer taken for the filtered one. Which parameters there are is said in `openapi/`.
 */
import { createMiddleware } from 'hono/factory';
import type { FieldError } from '../input/field-errors';
import { meant } from '../input/nearest';
import { LIMITS } from '../limits';
import type { ApiEnv } from './context';
import { matchedOperation } from './matched-operation';
import { problem } from './problem';

/** Longest part of a name that is given back. */
const MAX_NAME_CHARACTERS = 60;

export const knownParameters = createMiddleware<ApiEnv>(async function knownParameters(c, next) {
  const operation = matchedOperation(c);
  const given = new URL(c.req.url).searchParams;
  const errors =
    operation === undefined ? [] : parameterErrors(given, operation.query, operation.method !== 'get');
  if (errors.length > 0) return problem({ reason: 'invalid', errors });
  await next();
});

function parameterErrors(given: URLSearchParams, known: readonly string[], hasBody: boolean): FieldError[] {
  const none = hasBody ? 'there is none here, fields are sent in the body' : 'there is none here';
  const allowed = known.length === 0 ? none : `known are ${known.join(', ')}`;
  return [...new Set(given.keys())]
    .map((name): FieldError | null => {
      const path = `query:${name.slice(0, MAX_NAME_CHARACTERS)}`;
      if (!known.includes(name))
        return { path, message: `unknown parameter; ${allowed}${meant(name, known)}` };
      return given.getAll(name).length > 1 ? { path, message: 'is given more than once' } : null;
    })
    .filter(error => error !== null)
    .slice(0, LIMITS.MAX_ISSUES);
}
