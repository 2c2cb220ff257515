/** What somebody who sets up a webhook has to find at the provider. */
export type Setup = {
  /** Where the secret is found, or chosen. */
  secretAt: string;
  /** Where the ingest_url is entered. */
  urlAt: string;
  /** Which answers the provider takes as success, and how long it waits for them. */
  success: string;
  /** What it says of its webhooks. */
  docsUrl: string;
};
