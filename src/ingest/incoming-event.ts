/**
 * A request as the event that the webhook's object judges: what the provider's description reads from it, what it is
 * compared and known by, and what of it is kept. The same for what a provider sent and for what an operator adds.
 */
import { passedHeaders } from '../delivery/passed-headers';
import type { IncomingEvent } from '../log/contract/append';
import { identityOf } from '../providers/fingerprint';
import type { Provider, VerifiedRequest } from '../providers/provider';
import { withoutToken } from '../signature/shared-token';

/** @param signed the bytes that were signed */
export async function incomingEvent(
  provider: Provider,
  { headers, query, body }: VerifiedRequest,
  signed: Uint8Array,
): Promise<IncomingEvent> {
  const description = provider.describe({ headers, query, body });
  const { outside: _, ...described } = description;
  return {
    ...described,
    ...(await identityOf(provider, description, body, signed)),
    bodySigned: provider.scheme.bodySigned ?? true,
    headers: withoutToken(provider.scheme, passedHeaders(headers)),
    query,
    body,
  };
}
