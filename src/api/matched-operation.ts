/** Which operation of the description a request is, by the route that answers it. */
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiEnv } from './context';
import { operationAt } from './openapi/document';
import type { Operation } from './openapi/operations/operation';

/** Undefined where it is none, as another method than the route has. A HEAD is answered as the GET that it is of. */
export function matchedOperation(c: Context<ApiEnv>): Operation | undefined {
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  const route = matchedRoutes(c).findLast(candidate => candidate.method === method);
  return route === undefined ? undefined : operationAt(method, route.path);
}
