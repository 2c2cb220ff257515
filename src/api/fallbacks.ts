/** Answers where no route answers: unknown address, wrong method, and an exception, which is always a bug. */
import type { Context } from 'hono';
import { errorMessage } from '../error-name';
import { logLine } from '../log-line';
import { problem } from './problem';

export const unknownRoute = (): Response => problem({ reason: 'not_found', what: 'route' });

/** For Hono's `methodNotAllowed`. */
export const wrongMethod = (_c: Context, allowed: string[]): Response =>
  problem({ reason: 'method_not_allowed', allowed });

/** Where there is only something to read. */
export const onlyGet = (): Response => problem({ reason: 'method_not_allowed', allowed: ['GET', 'HEAD'] });

/** Logs the error and where it was made. */
export function unexpectedError(error: Error, route: string): Response {
  logLine('unexpected_error', {
    route,
    name: error.name,
    message: errorMessage(error),
    at: error.stack?.split('\n').find(line => line.trimStart().startsWith('at ')),
  });
  return problem({ reason: 'internal' });
}
