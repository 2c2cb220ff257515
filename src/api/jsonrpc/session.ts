/**
 * JSON-RPC login sessions: 32 hex digits, as ShipStream's are, good for 24 hours on every isolate. Nothing is
 * stored: a session is its expiry and 96 bits of HMAC over it. Changing ADMIN_TOKEN or SECRETS_KEY ends all
 * sessions; a single one cannot be ended.
 */

import { sameBytes } from '../../constant-time';
import { type MacEnv, macOf } from '../mac';

export const SESSION_SECONDS = 86_400;

const MAC_BYTES = 12;

const macOfSession = async (env: MacEnv, expiryHex: string): Promise<Uint8Array> =>
  (await macOf(env, `json-rpc session v1 ${expiryHex}`)).slice(0, MAC_BYTES);

/** @param now ms since 1970 */
export async function openSession(env: MacEnv, now: number): Promise<string> {
  const expiry = Math.floor(now / 1000) + SESSION_SECONDS;
  const expiryHex = expiry.toString(16).padStart(8, '0');
  return expiryHex + (await macOfSession(env, expiryHex)).toHex();
}

/** @param now ms since 1970 */
export async function isSession(env: MacEnv, text: string, now: number): Promise<boolean> {
  const match = /^([0-9a-f]{8})([0-9a-f]{24})$/.exec(text);
  if (match === null) return false;
  const [, expiryHex = '', mac = ''] = match;
  if (Number.parseInt(expiryHex, 16) * 1000 <= now) return false;
  return sameBytes(Uint8Array.fromHex(mac), await macOfSession(env, expiryHex));
}
