/**
 * A call to an object or a courier that failed as a whole, in the log. What the platform refuses because of a limit has a
 * line of its own: it comes of load or of the plan, and no code is wrong.
 */

import { errorFields } from './error-name';
import { type LogFields, logLine } from './log-line';
import { isPlatformLimit } from './platform-limit';

/** @param called which method @param fields whom it was about */
export function logCallFailure(called: string, error: unknown, fields: LogFields): void {
  logLine(isPlatformLimit(error) ? 'call_limited' : 'call_failed', {
    ...fields,
    called,
    ...errorFields(error),
  });
}
