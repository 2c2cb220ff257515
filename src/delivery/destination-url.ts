/**
 * Where one event is posted: the destination's URL, with the query string the provider used appended to its own.
 * The query cannot change host, port or path, so a URL that passed `url-policy.ts` still does.
 */

import type { CourierTarget } from './outgoing';
import { perCall } from './per-call';

/** `query` has no `?` and is empty for none. `url` must parse; its fragment is dropped, as HTTP never sends it. */
export function destinationUrl(url: string, query: string): string {
  const target = new URL(url);
  target.hash = '';
  if (query !== '') target.search = target.search === '' ? query : `${target.search}&${query}`;
  return target.href;
}

const withoutQuery = perCall(({ url }) => destinationUrl(url, ''));

/** The same for an event of a call. Most have no query, and one address. */
export const addressOf = (target: CourierTarget, query: string): string =>
  query === '' ? withoutQuery(target) : destinationUrl(target.url, query);
