/** Opens a destination's stored secrets for couriers. Keeps nothing: the opened secrets live as long as the result. */
import type { OpenedTarget } from '../../delivery/outgoing';
import { providerSigning } from '../../delivery/provider-signing';
import { providerOf } from '../../providers/registry';
import { tokenHeaders } from '../../signature/shared-token';
import { secretValues } from '../../subscriptions/masking';
import { keysOf, open, purpose } from '../../subscriptions/sealing';
import type { DestinationRecord, StoredSecret, WebhookRecord } from '../../subscriptions/webhook';
import { routingKeyOf } from './forms/form';
import { OPERATIONS_ID } from './operations-destination';

/** What couriers need of a destination; null when one of its secrets does not open. `now` in ms since 1970. */
export async function courierTarget(
  env: Env,
  webhook: WebhookRecord,
  destination: DestinationRecord,
  now: number,
): Promise<OpenedTarget | null> {
  const secrets = await openAll(env, purpose.destination(destination.id), destination.secrets, now);
  const scheme = providerOf(webhook)?.scheme;
  const opened = await openAll(env, purpose.inbound(webhook.id), webhook.secrets, now);
  const inbound = destination.sign === 'provider' || scheme?.alg === 'token' ? opened : [];
  if (secrets === null || inbound === null) return null;
  const key = destination.id === OPERATIONS_ID ? routingKeyOf(env.OPERATIONS_URL) : '';
  const concealed = [...secretValues(destination.extraHeaders), ...(key === '' ? [] : [key])];
  return {
    destinationId: destination.id,
    url: destination.url,
    extraHeaders: destination.extraHeaders,
    secrets,
    sign: destination.sign,
    // A receiver may know the provider's secret too, and print it.
    hidden: opened === null ? null : [...secrets, ...opened, ...concealed],
    timeoutMs: destination.timeoutSeconds * 1000,
    webhookId: webhook.id,
    jurisdiction: webhook.jurisdiction,
    life: webhook.life,
    isMoved: webhook.isMoved,
    until: firstEnd(webhook.secrets, now),
    provider: destination.sign === 'provider' ? providerSigning(webhook, inbound) : null,
    tokens: scheme === undefined || inbound[0] === undefined ? [] : tokenHeaders(scheme, inbound[0]),
  };
}

/** When the first of those that are usable ends; null for never. */
function firstEnd(secrets: readonly StoredSecret[], now: number): number | null {
  const ends = secrets.flatMap(({ usableUntil }) => usableUntil ?? []).filter(end => end > now);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** The secrets that are usable at `now`, newest first; null when one does not open. */
async function openAll(
  env: Env,
  boundTo: string,
  secrets: readonly StoredSecret[],
  now: number,
): Promise<string[] | null> {
  const keys = await keysOf(env);
  if (!keys.ok) return null;
  const texts: string[] = [];
  for (const { sealed, usableUntil } of secrets) {
    if (usableUntil !== null && usableUntil <= now) continue;
    const opened = await open(keys.value, boundTo, sealed);
    if (!opened.ok) return null;
    texts.push(opened.value);
  }
  return texts;
}
