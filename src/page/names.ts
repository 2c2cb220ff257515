/** What webhooks and destinations are called on the page. Pure. */
import { providerFor } from '../providers/registry';
import type { Destination, Webhook } from './answers';

export const webhookName = ({ name, webhook_id }: Pick<Webhook, 'name' | 'webhook_id'>): string =>
  name ?? `webhook ${webhook_id}`;

export const providerTitle = (name: string): string => providerFor(name)?.title ?? name;

/** Its name, or the host of its address. */
export const destinationName = ({ name, url }: Pick<Destination, 'name' | 'url'>): string =>
  name ?? URL.parse(url)?.host ?? url;

/** The destination that an address or a request names, by its id or by its name. */
export const destinationIn = (
  { destinations }: Pick<Webhook, 'destinations'>,
  given: string,
): Destination | undefined =>
  destinations.find(({ destination_id }) => destination_id === given) ??
  destinations.find(({ name }) => name !== null && name === given);

/** What it is called; those that were removed have only their id. */
export function nameOfDestination(webhook: Pick<Webhook, 'destinations'>, given: string): string {
  const found = destinationIn(webhook, given);
  return found === undefined ? `removed (${given})` : destinationName(found);
}
