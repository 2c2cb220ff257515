/**
 * Turns an authentic request into the event that the webhook's object judges. Used for what a provider sends, and for
 * what an operator adds.
 */
import { passedHeaders } from '../delivery/passed-headers';
import type { IncomingEvent } from '../log/contract/append';
import { identityOf } from '../providers/fingerprint';
import { limitIssues } from '../providers/issues';
import type { Provider, VerifiedRequest } from '../providers/provider';
import { withoutToken } from '../signature/shared-token';

/** What the names of its entities may take, in UTF-8 bytes as JSON: with its body they share the event's row. */
const MAX_ENTITY_KEYS_BYTES = 256 * 1024;
/** How many of them an event keeps that names too many. */
const KEPT_ENTITY_KEYS = 100;

/** An event that names too many entities is authentic but cannot wait for all of them: it goes to quarantine. */
function withBoundedKeys<E extends Pick<IncomingEvent, 'entityKeys' | 'issues'>>(event: E): E {
  const { entityKeys, issues } = event;
  const most = entityKeys.reduce((sum, key) => sum + 3 * key.length + 3, 0);
  if (most <= MAX_ENTITY_KEYS_BYTES) return event;
  const bytes = new TextEncoder().encode(JSON.stringify(entityKeys)).byteLength;
  if (bytes <= MAX_ENTITY_KEYS_BYTES) return event;
  const message = `must not name so many entities: their keys take more than ${MAX_ENTITY_KEYS_BYTES / 1024} KiB`;
  return {
    ...event,
    entityKeys: entityKeys.slice(0, KEPT_ENTITY_KEYS),
    issues: limitIssues([...issues, { path: '', message }]),
  };
}

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
    ...withBoundedKeys(described),
    ...(await identityOf(provider, description, body, signed)),
    bodySigned: provider.scheme.bodySigned ?? true,
    headers: withoutToken(provider.scheme, passedHeaders(headers)),
    query,
    body: body.bytes,
  };
}
