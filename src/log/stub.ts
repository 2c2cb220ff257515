/** How the Worker reaches a webhook's object. */
import { type Act, currentAct } from '../audit/acting';
import { addressesOf, type ObjectAddress } from '../subscriptions/placement';
import { completed } from '../subscriptions/stored-record';
import type { WebhookRecord } from '../subscriptions/webhook';
import { whereIs } from '../where-is';
import type { WebhookObject } from './contract/webhook-object';

/**
 * The object at an address, whether or not there is such a webhook. To be asked for before every RPC call, because a
 * stub that threw is broken. The object's id is computed from its name each time. To remember it would save 1 to 2 µs
 * of the 350 µs of CPU that an event takes at the edge.
 */
export function objectOf(env: Env, address: ObjectAddress): WebhookObject {
  const { namespace, name } = whereIs(env.WEBHOOKS, String(address.id), address.jurisdiction);
  const hint = address.locationHint ?? null;
  const stub = namespace.getByName(name, hint === null ? {} : { locationHint: hint });
  // The generated stub type loses tuples and unions in the results. The methods take and return plain data, which RPC
  // does not change, so their own types hold.
  const object = stub as unknown as WebhookObject;
  const act = currentAct();
  return act === undefined ? object : asActOf(act, object);
}

/** Which argument of each method is the act: all methods that change something because someone asked for it. */
const ACT_AT: Readonly<Partial<Record<keyof WebhookObject, number>>> = {
  ...{ create: 2, replace: 3, recover: 1, release: 1, replay: 1, replayEvent: 4, cancelReplay: 1, retry: 1 },
  ...{ redact: 1, redactMatching: 1, add: 1, resolveGaps: 1, settleNumbering: 1, testDestination: 2 },
};

type Method = (...given: readonly unknown[]) => unknown;

/** The object, told with every change whose act it is. An object of an earlier release does not look at it. */
function asActOf(act: Act, object: WebhookObject): WebhookObject {
  return new Proxy(object, {
    get(stub, name: keyof WebhookObject) {
      const at = ACT_AT[name];
      return (...given: readonly unknown[]) => {
        const all = at === undefined ? given : [...Array.from({ length: at }, (_, i) => given[i]), act];
        return Reflect.apply(stub[name] as Method, stub, all);
      };
    },
  });
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
