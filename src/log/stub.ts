/** How the Worker reaches a webhook's object. A stub that threw is broken, so every call gets a new one. */
import { keep } from '../bounded-map';
import type { WebhookObject } from './contract';

/** Object ids by webhook: each one is a hash to compute. Bounded, the oldest first. */
const ids = new Map<number, DurableObjectId>();
const MAX_IDS = 500;

export function objectOf(env: Env, webhookId: number): WebhookObject {
  // The generated stub type maps every method's result through RPC's own types, in which tuples and unions are lost;
  // all methods here take and return plain data, for which RPC changes nothing.
  return env.WEBHOOKS.get(idOf(env, webhookId)) as unknown as WebhookObject;
}

function idOf(env: Env, webhookId: number): DurableObjectId {
  const known = ids.get(webhookId);
  if (known !== undefined) return known;
  const id = env.WEBHOOKS.idFromName(String(webhookId));
  keep(ids, webhookId, id, MAX_IDS);
  return id;
}
