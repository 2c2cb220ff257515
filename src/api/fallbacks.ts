/** Answers where no route answers: unknown address, wrong method, and an exception, which is always a bug. */
import type { Context } from 'hono';
import { problem } from './problem';

export const unknownRoute = (): Response => problem({ reason: 'not_found', what: 'route' });

/** For Hono's `methodNotAllowed`. */
export const wrongMethod = (_c: Context, allowed: string[]): Response =>
  problem({ reason: 'method_not_allowed', allowed });

/** Where there is only something to read. */
export const onlyGet = (): Response => problem({ reason: 'method_not_allowed', allowed: ['GET', 'HEAD'] });

/** Logs the kind of the error and where it was made, not its message, which may quote input. */
export function unexpectedError(error: Error, route: string): Response {
  console.error({
    event: 'unexpected_error',
    route,
    name: error.name,
    at: error.stack?.split('\n').find(line => line.trimStart().startsWith('at ')),
  });
  return problem({ reason: 'internal' });
}
