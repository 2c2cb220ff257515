/** Calls to objects, whose exceptions say only that there was no answer. */
import { logCallFailure } from '../call-failure';
import type { LogFields } from '../log-line';
import { err, ok, type Result } from '../result';
import type { ApiError } from './problem';

/** What an object answered; `unavailable` where it did not, or could not be reached. @param about whom, for the log */
export async function ask<T>(
  call: () => Promise<T>,
  about: LogFields = {},
): Promise<Result<T, Extract<ApiError, { reason: 'unavailable' }>>> {
  try {
    return ok(await call());
  } catch (error) {
    logCallFailure('object', error, about);
    return err({ reason: 'unavailable', cause: 'object_unreachable' });
  }
}
