/**
 * `"sign": "provider"`: each attempt is signed anew in the provider's own scheme, so that a receiver which checks the
 * provider's signature and its age accepts retries and replays too.
 *
 * Signed with the webhook's newest inbound secret, for the address of the destination; while it is rotated with the older ones too,
 * where receivers look at several signatures. The gateway cannot sign for schemes
 * with public keys, with tokens or with signatures inside the body: those events are sent as they came.
 */
import { type ProviderChoice, providerOf } from '../providers/registry';
import { canSign, type Signing, sign } from '../signature/sign';
import { destinationUrl } from './destination-url';
import type { CourierTarget, OutgoingEvent, ProviderSigning } from './outgoing';

/**
 * How to sign the events of a webhook; null where the gateway cannot sign in its provider's scheme.
 * @param secrets the webhook's opened inbound secrets that are in use, newest first
 */
export function providerSigning(
  webhook: ProviderChoice & { settings: Record<string, string> },
  secrets: readonly string[],
): ProviderSigning | null {
  const scheme = providerOf(webhook)?.scheme;
  const [secret, ...older] = secrets;
  if (scheme === undefined || secret === undefined || !canSign(scheme)) return null;
  return { scheme, secret, cfg: webhook.settings, older };
}

/** The headers of a fresh signature; null where the event is sent as it came. `attemptAt` in ms since 1970. */
export async function freshSignature(
  { url, provider }: CourierTarget,
  event: OutgoingEvent,
  headers: Headers,
  attemptAt: number,
): Promise<Signing | null> {
  if (provider === undefined || provider === null) return null;
  const { scheme, secret, cfg, older = [] } = provider;
  const request = { method: 'POST', url: destinationUrl(url, event.query), headers, body: event.body, cfg };
  const others = older.map(text => ({ id: '', text }));
  return sign(scheme, { id: '', text: secret }, request, attemptAt, others);
}
