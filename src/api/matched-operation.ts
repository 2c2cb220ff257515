/** Which operation of the description a request is, by the route that answers it. */
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiEnv } from './context';
import { OPERATIONS } from './description.gen';
import type { KnownOperation } from './openapi/operation-table';

/** Undefined where it is none, as another method than the route has. A HEAD is answered as the GET that it is of. */
export function matchedOperation(c: Context<ApiEnv>): KnownOperation | undefined {
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  const route = matchedRoutes(c).findLast(candidate => candidate.method === method);
  if (route === undefined) return undefined;
  const path = route.path.replaceAll(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1');
  return OPERATIONS.find(candidate => candidate.path === path && candidate.method === method.toLowerCase());
}
