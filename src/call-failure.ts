/**
 * A call to an object or a courier that failed as a whole, in the log. What the platform refuses because of a limit has a
 * line of its own: it comes of load or of the plan, and no code is wrong.
 */
import { errorFields } from './error-name';
import { type LogFields, logLine } from './log-line';

const OF_A_LIMIT = /subrequest|too many|overloaded|exceeded|\blimits?\b|queued for too long|out of memory/i;

/** @param called which method @param fields whom it was about */
export function logCallFailure(called: string, error: unknown, fields: LogFields): void {
  logLine(isLimit(error) ? 'call_limited' : 'call_failed', { ...fields, called, ...errorFields(error) });
}

function isLimit(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('overloaded' in error && error.overloaded === true) || OF_A_LIMIT.test(error.message);
}
