/** How the Worker reaches a webhook's object. */
import { addressesOf, type ObjectAddress } from '../subscriptions/placement';
import { completed } from '../subscriptions/stored-record';
import type { WebhookRecord } from '../subscriptions/webhook';
import type { WebhookObject } from './contract/webhook-object';

/**
 * The object at an address, whether or not there is such a webhook. To be asked for before every RPC call, because a
 * stub that threw is broken. The object's id is computed from its name each time. To remember it would save 1 to 2 µs
 * of the 350 µs of CPU that an event takes at the edge.
 */
export function objectOf(env: Env, address: ObjectAddress): WebhookObject {
  const { namespace, name } = whereIs(env, address);
  const hint = address.locationHint ?? null;
  const stub = namespace.getByName(name, hint === null ? {} : { locationHint: hint });
  // The generated stub type loses tuples and unions in the results. The methods take and return plain data, which RPC
  // does not change, so their own types hold.
  return stub as unknown as WebhookObject;
}

/**
 * The record that the object of an id has, or null. While a release is rolled out the object may still run the one before, and
 * hand over a record that lacks fields of this one. Rejects where an object cannot be reached.
 * @param addresses where to ask, one after the other
 */
export async function recordInObject(
  env: Env,
  id: number,
  addresses: readonly ObjectAddress[] = addressesOf(id),
): Promise<WebhookRecord | null> {
  for (const address of addresses) {
    const record = await objectOf(env, address).getRecord();
    if (record !== null) return completed(record);
  }
  return null;
}

/**
 * The runtime of one machine has no jurisdictions and refuses them. There the object has another name, so that it is another
 * object, as on the network. Any other refusal is passed on: an object must never be made outside of its jurisdiction.
 */
function whereIs(env: Env, { id, jurisdiction }: ObjectAddress) {
  const name = String(id);
  if (jurisdiction === null) return { namespace: env.WEBHOOKS, name };
  try {
    return { namespace: env.WEBHOOKS.jurisdiction(jurisdiction), name };
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('not implemented in workerd')) throw error;
    return { namespace: env.WEBHOOKS, name: `${name}/${jurisdiction}` };
  }
}
