/**
 * Asking a rate limiter. One that fails lets everything pass: limiters keep costs down, and whatever is behind one judges by
 * itself. To refuse instead would turn a fault of the limiter into lost events. It is logged once per isolate, as every
 * request would fail alike.
 */
import { errorFields } from './error-name';
import { logLine } from './log-line';

const failed = new Set<string>();

/** Whether the request of this key may go on. @param name of the binding, for the log */
export async function isWithin(limiter: RateLimit, name: string, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    if (!failed.has(name)) {
      logLine('limiter_failed', { limiter: name, ...errorFields(error) });
    }
    failed.add(name);
    return true;
  }
}
