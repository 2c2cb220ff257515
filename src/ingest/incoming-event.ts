/**
 * Turns an authentic request into the event that the webhook's object judges. Used for what a provider sends, and for
 * what an operator adds.
 */
import { passedHeaders } from '../delivery/passed-headers';
import type { IncomingEvent } from '../log/contract/append';
import { identityOf } from '../providers/fingerprint';
import type { Provider, VerifiedRequest } from '../providers/provider';
import { withoutToken } from '../signature/shared-token';

/**
 * What the provider's adapter reads from the request, what the event is known by, and the headers that may be kept.
 * @param signed the bytes that were signed
 */
export async function incomingEvent(
  provider: Provider,
  { headers, query, body }: VerifiedRequest,
  signed: Uint8Array,
): Promise<IncomingEvent> {
  const description = provider.describe({ headers, query, body });
  const { unsigned: _, ...described } = description;
  return {
    ...described,
    ...(await identityOf(provider, description, body, signed)),
    bodySigned: provider.scheme.bodySigned ?? true,
    headers: withoutToken(provider.scheme, passedHeaders(headers)),
    query,
    body,
  };
}
