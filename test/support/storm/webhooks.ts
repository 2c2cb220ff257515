/** The webhooks of a storm: one that is numbered, with a destination of every ordering, and one whose events have ids. */
import type { Client } from '../client';
import { SECRET, type Sent } from './provider';
import type { Receivers } from './receivers';

type StormDestination = {
  name: string;
  webhook: Sent['provider'];
  topics: string;
  ordering: 'parallel' | 'key' | 'strict';
};

export const DESTINATIONS: readonly StormDestination[] = [
  { name: 'parallel', webhook: 'shipstream', topics: '*', ordering: 'parallel' },
  { name: 'key', webhook: 'shipstream', topics: '*', ordering: 'key' },
  { name: 'strict', webhook: 'shipstream', topics: '*', ordering: 'strict' },
  { name: 'products', webhook: 'shipstream', topics: 'product:*', ordering: 'parallel' },
  { name: 'apideck', webhook: 'apideck', topics: '*', ordering: 'parallel' },
];

export type StormWebhooks = {
  ids: Record<Sent['provider'], number>;
  /** Path of each destination in the API. */
  paths: Map<string, string>;
};

/** Retries soon and often enough to outlast every bad weather. */
const RETRY = { schedule_seconds: Array(50).fill(1) };
const GRACE_SECONDS = 1;

export async function createWebhooks(client: Client, receivers: Receivers): Promise<StormWebhooks> {
  const paths = new Map<string, string>();
  const create = async (provider: Sent['provider'], more: Record<string, unknown>): Promise<number> => {
    const wanted = DESTINATIONS.filter(({ webhook }) => webhook === provider);
    const destinations = wanted.map(({ name, topics, ordering }) => ({
      url: receivers.urlOf(name),
      topics,
      ordering,
      retry: RETRY,
      timeout_seconds: 2,
    }));
    const created = await client.createWebhook({ provider, secret_key: SECRET, destinations, ...more });
    for (const [index, { destination_id, secret_key }] of created.destinations.entries()) {
      const name = wanted[index]?.name ?? '';
      paths.set(name, `/v1/webhooks/${created.webhook_id}/destinations/${destination_id}`);
      receivers.setSecret(name, secret_key);
    }
    return created.webhook_id;
  };
  const shipstream = await create('shipstream', { sequence: { grace_seconds: GRACE_SECONDS } });
  return { ids: { shipstream, apideck: await create('apideck', {}) }, paths };
}
