/** How the Worker reaches a webhook's object. A stub that threw is broken, so every call gets a new one. */
import type { WebhookObject } from './contract';

export function objectOf(env: Env, webhookId: number): WebhookObject {
  // The generated stub type maps every method's result through RPC's own types, in which tuples and unions are lost;
  // all methods here take and return plain data, for which RPC changes nothing.
  return env.WEBHOOKS.getByName(String(webhookId)) as unknown as WebhookObject;
}
