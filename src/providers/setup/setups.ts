/**
 * What people have to know of each provider, and the gateway does not: so none of it is in the Worker, but in the list of providers that is
 * made when the gateway is built. Providers move their pages: what is meant is on the page that `docsUrl` leads to, too.
 */
import { MAKERS } from './makers';
import { SELLERS } from './sellers';
import { SENDERS } from './senders';
import type { Setup } from './setup';

/** By the provider's name. */
export const SETUPS: ReadonlyMap<string, Setup> = new Map(
  Object.entries({ ...SELLERS, ...SENDERS, ...MAKERS }),
);
