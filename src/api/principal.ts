/** Who makes a management request, and what it may do. Pure. */

export type Scope = 'read' | 'write';

export type Principal = {
  /** `admin`, or the id of an API token: requests of two principals are never taken for one another. */
  id: string;
  /** `write` includes `read`; only the admin token manages tokens. */
  scope: Scope | 'admin';
  /** The one webhook it is for; null for all. */
  webhookId: number | null;
};

export const ADMIN: Principal = { id: 'admin', scope: 'admin', webhookId: null };
