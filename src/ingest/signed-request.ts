/**
 * A request under the address that its sender signed, for schemes that sign the address. That is `settings.public_url`,
 * else the webhook's ingest address under PUBLIC_URL, else the address of the request itself. The query string is always
 * the one that came; and so is a slash at the end, where the address is the gateway's own.
 */
import { queryOf } from '../signature/address';
import type { SignedRequest } from '../signature/request-view';
import { ingestUrl } from '../subscriptions/ingest-url';
import type { WebhookRecord } from '../subscriptions/webhook';

export function signedRequest(
  env: Env,
  { method, url, headers }: Pick<Request, 'method' | 'url' | 'headers'>,
  body: Uint8Array,
  { id, settings }: WebhookRecord,
): SignedRequest {
  return { method, url: addressOf(env, url, id, settings), headers, body, cfg: settings };
}

function addressOf(env: Env, url: string, id: number, settings: WebhookRecord['settings']): string {
  const query = queryOf(url);
  if (settings.public_url !== undefined) return withQuery(settings.public_url, query);
  if (env.PUBLIC_URL === '') return url;
  const slash = pathOf(url).endsWith('/') ? '/' : '';
  return withQuery(ingestUrl(env.PUBLIC_URL, id) + slash, query);
}

/** The address with the query string of the request in place of its own; unchanged where the request has none. */
const withQuery = (address: string, query: string): string =>
  query === '' ? address : `${pathOf(address)}?${query}`;

/** What stands before the query. */
const pathOf = (address: string): string => address.split(/[?#]/, 1)[0] ?? '';
