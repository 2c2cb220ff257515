/**
 * JSON-RPC login sessions: 32 hex digits, as ShipStream's are, good for 24 hours on every isolate. Nothing is
 * stored: a session is its expiry and 96 bits of HMAC over it. Changing ADMIN_TOKEN or SECRETS_KEY ends all
 * sessions; a single one cannot be ended.
 */

import { sameBytes } from '../../constant-time';

export const SESSION_SECONDS = 86_400;

type SessionEnv = Pick<Env, 'ADMIN_TOKEN' | 'SECRETS_KEY'>;

const MAC_BYTES = 12;

async function macOf(env: SessionEnv, expiryHex: string): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const secret = encoder.encode(`${env.SECRETS_KEY}\n${env.ADMIN_TOKEN}`);
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(`json-rpc session v1 ${expiryHex}`));
  return new Uint8Array(mac).slice(0, MAC_BYTES);
}

/** @param now ms since 1970 */
export async function openSession(env: SessionEnv, now: number): Promise<string> {
  const expiry = Math.floor(now / 1000) + SESSION_SECONDS;
  const expiryHex = expiry.toString(16).padStart(8, '0');
  return expiryHex + (await macOf(env, expiryHex)).toHex();
}

/** @param now ms since 1970 */
export async function isSession(env: SessionEnv, text: string, now: number): Promise<boolean> {
  const match = /^([0-9a-f]{8})([0-9a-f]{24})$/.exec(text);
  if (match === null) return false;
  const [, expiryHex = '', mac = ''] = match;
  if (Number.parseInt(expiryHex, 16) * 1000 <= now) return false;
  return sameBytes(Uint8Array.fromHex(mac), await macOf(env, expiryHex));
}
