/**
 * A request as its sender knows it, for schemes that sign the address: `settings.public_url`, or the webhook's ingest
 * address under PUBLIC_URL, or what the request itself says; with the query string as it came.
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

/** The query of the request in place of the address's own; without one, the address as it is. */
function withQuery(address: string, query: string): string {
  if (query === '') return address;
  const [path = ''] = address.split(/[?#]/, 1);
  return `${path}?${query}`;
}
