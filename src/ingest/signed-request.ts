/**
 * A request under the address that its sender signed, for schemes that sign the address. That is `settings.public_url`,
 * else the webhook's ingest address under PUBLIC_URL, else the address of the request itself. The query string is always
 * the one that came.
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
  const query = queryOf(url);
  const base = settings.public_url ?? (env.PUBLIC_URL === '' ? null : ingestUrl(env.PUBLIC_URL, id));
  return { method, url: base === null ? url : withQuery(base, query), headers, body, cfg: settings };
}

/** The address with the query string of the request in place of its own; unchanged where the request has none. */
function withQuery(address: string, query: string): string {
  if (query === '') return address;
  const [path = ''] = address.split(/[?#]/, 1);
  return `${path}?${query}`;
}
