/**
 * Where things are found at each provider. Providers move their pages: what is meant is on the page that `docsUrl` of a provider leads
 * to, too.
 */
import { MAKERS } from './makers';
import { SELLERS } from './sellers';
import { SENDERS } from './senders';
import type { Setup } from './setup';

/** By the provider's name. */
export const SETUPS: ReadonlyMap<string, Setup> = new Map(
  Object.entries({ ...SELLERS, ...SENDERS, ...MAKERS }),
);
