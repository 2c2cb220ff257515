/** What webhooks and destinations are called on the page. Pure. */
import { providerFor } from '../providers/registry';
import type { Destination, Webhook } from './answers';

export const webhookName = ({ name, webhook_id }: Pick<Webhook, 'name' | 'webhook_id'>): string =>
  name ?? `webhook ${webhook_id}`;

export const providerTitle = (name: string): string => providerFor(name)?.title ?? name;

/** Its name, or the host of its address. */
export const destinationName = ({ name, url }: Pick<Destination, 'name' | 'url'>): string =>
  name ?? URL.parse(url)?.host ?? url;

/** The destination of an id; those that were removed have only that. */
export function nameOfDestination(webhook: Webhook, id: string): string {
  const found = webhook.destinations.find(({ destination_id }) => destination_id === id);
  return found === undefined ? `removed (${id})` : destinationName(found);
}
