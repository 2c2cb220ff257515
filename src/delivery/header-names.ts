/**
 * Whom a header name belongs to: the connection, or the gateway.
 *
 * Names are compared in lower case with `_` read as `-`. CGI and WSGI receivers make no difference between the two, so
 * `webhook_signature` would reach them as `webhook-signature`.
 */

/** Headers that describe one connection and end with it (RFC 9110 §7.6.1 and its predecessors). */
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

/** A name in the form in which names are compared. */
export function comparableName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** True for headers that belong to a connection. The caller adds those that `Connection` lists. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(comparableName(name));
}

/** True for names that only the gateway sets: those of Standard Webhooks, of CloudEvents and its own. */
export function isGatewayName(name: string): boolean {
  const comparable = comparableName(name);
  return GATEWAY_PREFIXES.some(prefix => comparable.startsWith(prefix));
}

/** True for names that `extra_headers` may not set: of the connection, of the message's framing, of the gateway. */
export function isReservedName(name: string): boolean {
  const comparable = comparableName(name);
  return (
    isHopByHop(comparable) ||
    isGatewayName(comparable) ||
    comparable === 'host' ||
    comparable === 'content-length'
  );
}
