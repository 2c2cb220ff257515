/** Who makes a management request, and what it may do. Pure. */
import type { TokenRecord } from '../tokens/token';

export type Principal = {
  /** `admin`, or the id of an API token: requests of two principals are never taken for one another. */
  id: string;
  /** `write` includes `read`; only the admin token manages tokens and tests the deployment. */
  scope: TokenRecord['scope'] | 'admin';
  /** The one webhook it is for; null for all. */
  webhookId: number | null;
};

export const ADMIN: Principal = { id: 'admin', scope: 'admin', webhookId: null };

export const principalOf = ({ id, scope, webhookId }: TokenRecord): Principal => ({ id, scope, webhookId });

/** Why a principal may not do this, or null. `path` is that of the request, `/v1/…` or `/metrics`. */
export function refusal(principal: Principal, method: string, path: string): string | null {
  if (principal.scope === 'admin') return null;
  if (/^\/v1\/tokens(\/|$)/.test(path)) return 'Only the admin token manages tokens.';
  if (/^\/v1\/self_test(\/|$)/.test(path)) return 'Only the admin token tests the deployment.';
  if (principal.scope === 'read' && method !== 'GET' && method !== 'HEAD') {
    return 'This token may only read.';
  }
  if (principal.webhookId === null || path === '/v1/providers') return null;
  // Compared as text: an id in any other spelling is no id.
  return path.split('/')[3] === String(principal.webhookId) && path.startsWith('/v1/webhooks/')
    ? null
    : `This token is for webhook ${principal.webhookId} only.`;
}
