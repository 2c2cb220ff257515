/**
 * Refuses query parameters that an operation does not have, and those given twice. Otherwise a filter whose name is misspelt
 * would be ignored, and the answer taken for the filtered one. Which parameters there are is read from `openapi/`.
 */
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import type { FieldError } from '../input/field-errors';
import { meant } from '../input/nearest';
import { LIMITS } from '../limits';
import type { ApiEnv } from './context';
import { queryNames } from './openapi/document';
import { problem } from './problem';

/** Longest part of a name that is given back. */
const MAX_NAME_CHARACTERS = 60;

export const knownParameters = createMiddleware<ApiEnv>(async function knownParameters(c, next) {
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  const route = matchedRoutes(c).findLast(route => route.method === method);
  const known = route === undefined ? null : queryNames(method, route.path);
  const errors =
    known === null ? [] : parameterErrors(new URL(c.req.url).searchParams, known, method !== 'GET');
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
