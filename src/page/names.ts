/**
 * What webhooks and destinations are called on the page: text that is safe where no element can be around it, as in titles, options and labels. Pure.
 */
import { providerFor } from '../providers/registry';
import type { Destination, Webhook } from './answers';
import { seen } from './parts/foreign-text';

export const webhookName = ({ name, webhook_id }: Pick<Webhook, 'name' | 'webhook_id'>): string =>
  seen(name ?? `webhook ${webhook_id}`);

export const providerTitle = (name: string): string => providerFor(name)?.title ?? name;

type Named = Pick<Destination, 'name' | 'url' | 'destination_id'>;

const hostOf = ({ name, url }: Named): string => name ?? URL.parse(url)?.host ?? url;

function addressOf({ name, url }: Named): string {
  const { host, pathname } = URL.parse(url) ?? {};
  return name ?? (host === undefined ? url : `${host}${pathname}`);
}

/** Its name, or the host of its address; with its path, and with its id, where another one would be called the same. */
export function destinationName(destination: Named, all: readonly Named[]): string {
  const others = all.filter(({ destination_id }) => destination_id !== destination.destination_id);
  const called = [hostOf, addressOf].find(name => {
    const own = name(destination);
    return !others.some(other => name(other) === own);
  });
  return seen(called?.(destination) ?? `${addressOf(destination)} (${destination.destination_id})`);
}

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
  return found === undefined ? seen(`removed (${given})`) : destinationName(found, webhook.destinations);
}
