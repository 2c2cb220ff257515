/**
 * The headers a destination receives: the provider's, then the destination's `extra_headers`, then the gateway's own.
 * Each layer overwrites the ones before.
 *
 * Nobody else can set the gateway's names. A provider's `webhook-*`, `ce-*` or `gapless-*` is sent as
 * `gapless-provider-…`, and an extra header of such a name is left out. A header that HTTP cannot carry is left out too,
 * since the event must be delivered without it. The runtime sets host and framing.
 */

import { hmacSha256Base64 } from '../hmac-sha256';
import { withToken } from '../signature/shared-token';
import { comparableName, isGatewayName, isReservedName } from './header-names';
import type { CourierTarget, OutgoingEvent } from './outgoing';
import { isPassed } from './passed-headers';
import { perCall } from './per-call';
import { freshSignature } from './provider-signing';
import { signingKey, standardSignature } from './standard-webhooks';

type Pairs = [string, string][];

/** `attemptAt` is the start of the attempt in ms since 1970. Throws on a secret that does not decode. */
export async function outgoingHeaders(
  target: CourierTarget,
  event: OutgoingEvent,
  attemptAt: number,
): Promise<Headers> {
  const headers = new Headers();
  const passed = event.headers.filter(([name]) => isPassed(name));
  for (const [name, value] of withToken(passed, target.tokens ?? []).filter(isSendable)) {
    headers.append(forwardedName(name, target.sign), value);
  }

  const extra = extraOf(target);
  for (const [name] of extra) headers.delete(name);
  for (const [name, value] of extra) headers.append(name, value);

  if (target.sign === 'provider') {
    const fresh = await freshSignature(target, event, headers, attemptAt);
    for (const name of fresh?.remove ?? []) headers.delete(name);
    // A user's own scheme may name any header. `webhook-*` is allowed: with `provider` the gateway sends none itself.
    for (const [name, value] of fresh?.set ?? []) {
      if (!isReservedName(name) || comparableName(name).startsWith('webhook-')) headers.set(name, value);
    }
  }
  if (!headers.has('user-agent')) headers.set('user-agent', 'Gapless/1');
  const own = [
    ...(await signatureHeaders(target, event, attemptAt)),
    ...cloudEventsHeaders(target, event),
    ...gaplessHeaders(event),
  ];
  for (const [name, value] of own) headers.set(name, value);
  return headers;
}

const extraOf = perCall(({ extraHeaders }) =>
  extraHeaders.filter(pair => isSendable(pair) && !isReservedName(pair[0])),
);

/** A field name that is a token, and a value without line breaks and other ASCII controls (RFC 9110 §5.1, §5.5). */
function isSendable([name, value]: [string, string]): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t -~\u{80}-\u{10ffff}]*$/u.test(value);
}

function forwardedName(name: string, sign: CourierTarget['sign']): string {
  // With `sign: provider` the gateway sends no `webhook-*` of its own: where there are any, they are the provider's signature.
  const isProviders = sign === 'provider' && name.startsWith('webhook-');
  return isGatewayName(name) && !isProviders ? `gapless-provider-${name}` : name;
}

async function signatureHeaders(
  target: CourierTarget,
  event: OutgoingEvent,
  attemptAt: number,
): Promise<Pairs> {
  switch (target.sign) {
    case 'standard':
      return standardHeaders(target, event, attemptAt);
    case 'shipstream':
      return [
        ...(await standardHeaders(target, event, attemptAt)),
        ...(await shipstreamHeaders(target, event)),
      ];
    case 'provider':
      // `outgoingHeaders` has signed in the provider's scheme instead.
      return [];
  }
}

async function standardHeaders(
  target: CourierTarget,
  event: OutgoingEvent,
  attemptAt: number,
): Promise<Pairs> {
  // Messages to OPERATIONS_URL have no secret, and a destination whose id is no webhook's own. Of a webhook that came from another
  // gateway, that one has the ids of its destinations, too.
  const isUnsigned = target.secrets.length === 0;
  const isShared = isUnsigned || target.isMoved === true;
  const id = isShared && target.life ? `${event.messageId}_${target.life}` : event.messageId;
  const message = { id, timestamp: Math.floor(attemptAt / 1000), body: event.body };
  const names: Pairs = [
    ['webhook-id', message.id],
    ['webhook-timestamp', String(message.timestamp)],
  ];
  if (isUnsigned) return names;
  return [...names, ['webhook-signature', await standardSignature(target.secrets, message)]];
}

/**
 * ShipStream's signature, made with the destination's own secret instead of the provider's. The key is the decoded secret.
 * For a webhook made over JSON-RPC that is the text of its `secret_key`, which is also what ShipStream uses as the key.
 * The header holds one signature: during a rotation that of the newest secret.
 */
async function shipstreamHeaders(target: CourierTarget, event: OutgoingEvent): Promise<Pairs> {
  const key = signingKey(target.secrets[0] ?? '');
  return [['x-plugin-hmac-sha256', await hmacSha256Base64(key, event.body)]];
}

/**
 * CloudEvents 1.0.2 in binary mode; `content-type` is the provider's. Source and id name the event: the id is its
 * sequence, which is the same at every destination and on every attempt and replay. Where another webhook may have had the
 * source, the sequence is not enough. `webhook-id` names the message.
 */
function cloudEventsHeaders({ webhookId, life }: CourierTarget, event: OutgoingEvent): Pairs {
  return [
    ['ce-specversion', '1.0'],
    ['ce-id', event.test === true ? event.messageId : `${event.sequence}${life ? `-${life}` : ''}`],
    ['ce-source', `/webhooks/${webhookId}`],
    // CloudEvents requires a type. An event that was released although its topic could not be read has none.
    ['ce-type', percentEncoded(event.topic) || 'unknown'],
    ['ce-time', new Date(event.receivedAt).toISOString()],
    // A test has no place among the events.
    ...(event.test === true ? [] : [['ce-sequence', String(event.sequence)] satisfies Pairs[number]]),
  ];
}

function gaplessHeaders(event: OutgoingEvent): Pairs {
  const pairs: Pairs = [['gapless-attempt', String(event.attempt)]];
  if (event.previous !== null) pairs.push(['gapless-previous', String(event.previous)]);
  if (event.incrementId !== null) pairs.push(['gapless-increment-id', String(event.incrementId)]);
  if (event.gap !== null) pairs.push(['gapless-gap', event.gap]);
  if (typeof event.repeats === 'number') pairs.push(['gapless-repeats', String(event.repeats)]);
  if (event.late) pairs.push(['gapless-late', '1']);
  if (event.replay) pairs.push(['gapless-replay', '1']);
  if (event.test === true) pairs.push(['gapless-test', '1']);
  return pairs;
}

/** CloudEvents HTTP binding 1.0.2 §3.1.3.2: space, `"`, `%` and all outside U+0021–U+007E, as UTF-8. */
function percentEncoded(text: string): string {
  const encode = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text.replace(/[^!#$&-~]+/gu, run => Array.from(new TextEncoder().encode(run), encode).join(''));
}
