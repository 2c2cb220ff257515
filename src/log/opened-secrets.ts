/** Stored secrets, opened for use: what a courier signs with, and what the provider's API is asked with. */
import type { CourierTarget } from '../delivery/outgoing';
import { keysOf, open, purpose } from '../subscriptions/sealing';
import type { DestinationRecord, WebhookRecord } from '../subscriptions/webhook';
import { connectionsPerCall } from './courier-calls';

/** A destination as couriers need it; null when one of its secrets does not open. `now` in ms since 1970. */
export async function courierTarget(
  env: Env,
  webhookId: number,
  destination: DestinationRecord,
  now: number,
): Promise<CourierTarget | null> {
  const keys = await keysOf(env);
  if (!keys.ok) return null;
  const secrets: string[] = [];
  for (const { sealed, usableUntil } of destination.secrets) {
    if (usableUntil !== null && usableUntil <= now) continue;
    const opened = await open(keys.value, purpose.destination(destination.id), sealed);
    if (!opened.ok) return null;
    secrets.push(opened.value);
  }
  return {
    destinationId: destination.id,
    url: destination.url,
    extraHeaders: destination.extraHeaders,
    secrets,
    sign: destination.sign,
    timeoutMs: destination.timeoutSeconds * 1000,
    webhookId,
    connections: connectionsPerCall(destination.maxInFlight),
    inOrder: false,
  };
}

/** The provider's API as confirmations need it; null when nothing is confirmed, or the token does not open. */
export async function confirmAccess(
  env: Env,
  { id, confirm }: WebhookRecord,
): Promise<{ url: string; token: string } | null> {
  const keys = await keysOf(env);
  if (confirm === null || !keys.ok) return null;
  const token = await open(keys.value, purpose.confirm(id), confirm.token.sealed);
  return token.ok ? { url: confirm.url, token: token.value } : null;
}
