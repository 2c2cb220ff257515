/**
 * The id of the request that is being answered: what Cloudflare calls it (`cf-ray`), else a random one. It is in every line
 * of the log that the request causes, and in every problem that it is answered with, so that one leads to the other.
 *
 * Objects work for many requests at once and after them; their lines name the webhook instead.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage<string>();

/** Runs `work` as the answer to this request. */
export function answering<T>(request: Request, work: () => T): T {
  return requests.run(requestIdOf(request), work);
}

/** Null outside a request. */
export const currentRequestId = (): string | null => requests.getStore() ?? null;

/** Whatever is not a ray is not repeated: locally anybody can send the header. */
function requestIdOf(request: Request): string {
  const ray = request.headers.get('cf-ray') ?? '';
  return /^[0-9a-f]{16}(?:-[A-Z]{3})?$/.test(ray) ? ray : crypto.randomUUID();
}
