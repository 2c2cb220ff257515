/**
 * Says whose act a request is that may change something (`audit/acting.ts`): which operation of the description it is, and who asked
 * for it. What it changes is written into the audit log by the object that changes it, so a route has nothing to do for that.
 */
import { createMiddleware } from 'hono/factory';
import { acting } from '../audit/acting';
import { currentRequestId } from '../request-id';
import type { ApiEnv } from './context';
import { matchedOperation } from './matched-operation';
import type { Principal } from './principal';

export const acted = createMiddleware<ApiEnv>(async function acted(c, next) {
  const operation = matchedOperation(c);
  if (operation === undefined || operation.method === 'get') return next();
  await acting({ ...actorOf(c.var.principal), operation: operation.id, requestId: currentRequestId() }, next);
});

const actorOf = ({ id, name, scope }: Principal) =>
  scope === 'admin'
    ? ({ by: 'admin', token: null } as const)
    : ({ by: 'token', token: { id, name } } as const);
