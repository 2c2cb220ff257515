/**
 * The token that a request brings: `Authorization: Bearer <token>`. The page in a browser that opens a WebSocket cannot set that
 * header, so there it may be one of the subprotocols: `bearer.` and the token, percent-encoded. Never in the address: that is logged.
 */

/** The subprotocol of streams, which is answered to whoever offers it. */
export const STREAM_PROTOCOL = 'gapless.v1';

const PREFIX = 'bearer.';

/** The subprotocols that a WebSocket request offers. */
export const protocolsOf = ({ headers }: Request): string[] =>
  (headers.get('Sec-WebSocket-Protocol') ?? '').split(',').map(name => name.trim());

export const isUpgrade = ({ headers }: Request): boolean =>
  headers.get('Upgrade')?.toLowerCase() === 'websocket';

/** Null where there is none, or where it cannot be read. */
export function bearerToken(request: Request): string | null {
  const text = /^Bearer +(\S+) *$/i.exec(request.headers.get('Authorization') ?? '')?.[1];
  if (text !== undefined || !isUpgrade(request)) return text ?? null;
  const offered = protocolsOf(request).find(name => name.startsWith(PREFIX));
  if (offered === undefined) return null;
  try {
    return decodeURIComponent(offered.slice(PREFIX.length));
  } catch {
    return null;
  }
}
