/** Calls to objects, whose exceptions say only that there was no answer. */
import { err, ok, type Result } from '../result';
import type { ApiError } from './problem';

/** What an object answered; `unavailable` where it did not, or could not be reached. */
export async function ask<T>(
  call: () => Promise<T>,
): Promise<Result<T, Extract<ApiError, { reason: 'unavailable' }>>> {
  try {
    return ok(await call());
  } catch {
    return err({ reason: 'unavailable' });
  }
}
