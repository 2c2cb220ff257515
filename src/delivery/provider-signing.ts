/**
 * `"sign": "provider"`: each attempt is signed anew in the provider's own scheme, so that a receiver which checks the
 * provider's signature and its age accepts retries and replays too.
 *
 * Signed with the webhook's newest inbound secret, for the address of the destination; while it is rotated with the older ones too,
 * where receivers look at several signatures. The gateway cannot sign for schemes
 * with public keys, with tokens or with signatures inside the body: those events are sent as they came.
 */
import { keep } from '../bounded-map';
import { type ProviderChoice, providerOf } from '../providers/registry';
import type { Secret } from '../signature/keys';
import type { Scheme } from '../signature/scheme';
import { canSign, type Signing, sign } from '../signature/sign';
import { addressOf } from './destination-url';
import type { CourierTarget, OutgoingEvent, ProviderSigning } from './outgoing';
import { perCall } from './per-call';

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

/** The same objects each time, since compiled schemes and imported keys are remembered by these. */
type Signer = { scheme: Scheme; secret: Secret; others: Secret[] };

/** Those in use in this isolate, by what they are made of, in the order of last use: with every call comes a copy. */
const signers = new Map<string, Signer>();
const MAX_SIGNERS = 100;

const signerOf = perCall(({ provider }): Signer | null => {
  if (provider === undefined || provider === null) return null;
  const { scheme, secret, older = [] } = provider;
  const name = JSON.stringify([scheme, secret, older]);
  const signer = signers.get(name) ?? {
    scheme,
    secret: { id: '', text: secret },
    others: older.map(text => ({ id: '', text })),
  };
  keep(signers, name, signer, MAX_SIGNERS);
  return signer;
});

/** The headers of a fresh signature; null where the event is sent as it came. `attemptAt` in ms since 1970. */
export async function freshSignature(
  target: CourierTarget,
  event: OutgoingEvent,
  headers: Headers,
  attemptAt: number,
): Promise<Signing | null> {
  const signer = signerOf(target);
  if (signer === null) return null;
  const { scheme, secret, others } = signer;
  const { body, query } = event;
  const cfg = target.provider?.cfg ?? {};
  const request = { method: 'POST', url: addressOf(target, query), headers, body, cfg };
  return sign(scheme, secret, request, attemptAt, others);
}
