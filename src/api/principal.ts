/** Who makes a management request, and what it may do. Pure. */
import type { TokenRecord } from '../tokens/token';

export type Principal = {
  /** `admin`, or the id of an API token: requests of two principals are never taken for one another. */
  id: string;
  /** What the token is called; empty for the admin token. */
  name: string;
  /** `write` includes `read`; what only the admin token may is in `ADMIN_ONLY`. */
  scope: TokenRecord['scope'] | 'admin';
  /** The one webhook it is for; null for all. */
  webhookId: number | null;
};

export const ADMIN: Principal = { id: 'admin', name: '', scope: 'admin', webhookId: null };

export const principalOf = ({ id, name, scope, webhookId }: TokenRecord): Principal => ({
  ...{ id, name, scope, webhookId },
});

/** Paths for the admin token alone, and what it does there: give access, give away secrets, undo what others did. */
const ADMIN_ONLY: readonly [path: RegExp, what: string][] = [
  [/^\/v1\/tokens(\/|$)/, 'manages tokens'],
  [/^\/v1\/audit\/?$/, 'reads what was done with tokens and to webhooks that are no more'],
  [/^\/v1\/self_test(\/|$)/, 'tests the deployment'],
  [/^\/v1\/(export|import)\/?$/, 'exports and imports webhooks with their secrets'],
  [/^\/v1\/webhooks\/[^/]+\/(bookmark|restore)\/?$/, 'takes a webhook back to an earlier moment'],
];

/** What says nothing of a webhook, or of those alone that the principal may see. */
const FOR_EVERYONE = ['/v1/providers', '/v1/status'];

/** Why a principal may not do this, or null. `path` is that of the request, `/v1/…` or `/metrics`. */
export function refusal(principal: Principal, method: string, path: string): string | null {
  if (principal.scope === 'admin') return null;
  const reserved = ADMIN_ONLY.find(([paths]) => paths.test(path));
  if (reserved !== undefined) return `Only the admin token ${reserved[1]}.`;
  if (principal.scope === 'read' && method !== 'GET' && method !== 'HEAD') {
    return 'This token may only read.';
  }
  if (principal.webhookId === null || FOR_EVERYONE.includes(path)) return null;
  // Compared as text: an id in any other spelling is no id.
  return path.split('/')[3] === String(principal.webhookId) && path.startsWith('/v1/webhooks/')
    ? null
    : `This token is for webhook ${principal.webhookId} only.`;
}
