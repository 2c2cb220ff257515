/**
 * Errors of the JSON-RPC interface: those of JSON-RPC 2.0, and ShipStream's numbers N, which travel as -(32000 + N)
 * with the plain number beside them in `data`.
 */

export type RpcError = { code: number; message: string; data?: { code: number } };

/** ShipStream's messages, word for word; what follows them says which detail. */
const SHIPSTREAM = {
  2: 'Access denied.',
  5: 'Session expired. Try to relogin.',
  100: 'Error changing status for specified webhook.',
  101: 'Invalid data given.',
  102: 'An unexpected error occurred while creating the webhook.',
  103: 'Webhook not exists.',
  104: 'An unexpected error occurred while deleting the webhook.',
  105: 'Webhook not deleted.',
  106: 'Webhook not created.',
} as const;

export function shipstreamError(code: keyof typeof SHIPSTREAM, detail = ''): RpcError {
  return { code: -(32_000 + code), message: `${SHIPSTREAM[code]} ${detail}`.trimEnd(), data: { code } };
}

export const parseError = (detail: string): RpcError => ({
  code: -32_700,
  message: `Parse error. ${detail}`,
});
export const invalidRequest = (detail: string): RpcError => ({
  code: -32_600,
  message: `Invalid Request. ${detail}`,
});
export const methodNotFound = (): RpcError => ({ code: -32_601, message: 'Method not found.' });
export const invalidParams = (detail: string): RpcError => ({
  code: -32_602,
  message: `Invalid params. ${detail}`,
});
export const internalError = (detail: string): RpcError => ({
  code: -32_603,
  message: `Internal error. ${detail}`,
});
