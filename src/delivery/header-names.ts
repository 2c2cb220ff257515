/**
 * Whose a header name is: the connection's, the network's, or the gateway's own.
 *
 * Names are compared in lower case with `_` read as `-`: CGI and WSGI receivers make no difference between the
 * two, so `webhook_signature` would reach them as `webhook-signature`.
 */

/** RFC 9110 §7.6.1 and its predecessors: they describe one connection and end with it. */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const GATEWAY_PREFIXES = ['webhook-', 'ce-', 'gapless-'];

export function comparableName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** True for headers that belong to a connection; those that `Connection` lists besides are the caller's to add. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(comparableName(name));
}

/** True for names only the gateway gives: Standard Webhooks, CloudEvents and its own. */
export function isGatewayName(name: string): boolean {
  const comparable = comparableName(name);
  return GATEWAY_PREFIXES.some(prefix => comparable.startsWith(prefix));
}

/** True for names that `extra_headers` may not set: the connection's, the message's framing, the gateway's. */
export function isReservedName(name: string): boolean {
  const comparable = comparableName(name);
  return (
    isHopByHop(comparable) ||
    isGatewayName(comparable) ||
    comparable === 'host' ||
    comparable === 'content-length'
  );
}
