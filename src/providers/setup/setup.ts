/**
 * What somebody who sets up a webhook has to find at the provider. Providers move their pages: what is meant is on the page that `docsUrl`
 * of a provider leads to, too.
 */
import { MAKERS } from './makers';
import { SELLERS } from './sellers';
import { SENDERS } from './senders';

export type Setup = {
  /** Where the secret is found, or chosen. */
  secretAt: string;
  /** Where the ingest_url is entered. */
  urlAt: string;
};

/** By the provider's name. */
export const SETUPS: ReadonlyMap<string, Setup> = new Map(
  Object.entries({ ...SELLERS, ...SENDERS, ...MAKERS }),
);
