/**
 * The id of the request that is being answered: what Cloudflare calls it (`cf-ray`), else a random one. It is in every line
 * of the log that the request causes, and in every problem that it is answered with, so that one leads to the other. Most
 * requests are events that cause neither, so an id is made when it is first asked for.
 *
 * Objects work for many requests at once and after them; their lines name the webhook instead.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

type Named = { request: Request; id: string | null };

const requests = new AsyncLocalStorage<Named>();

/** Runs `work` as the answer to this request. */
export function answering<T>(request: Request, work: () => T): T {
  return requests.run({ request, id: null }, work);
}

/** The same for as long as the request is answered. Null outside a request. */
export function currentRequestId(): string | null {
  const named = requests.getStore();
  if (named === undefined) return null;
  named.id ??= requestIdOf(named.request);
  return named.id;
}

/** Whatever is not a ray is not repeated: locally anybody can send the header. */
function requestIdOf(request: Request): string {
  const ray = request.headers.get('cf-ray') ?? '';
  return /^[0-9a-f]{16}(?:-[A-Z]{3})?$/.test(ray) ? ray : crypto.randomUUID();
}
