/**
 * A run of the self-test, and the key that its requests carry. The admin gets a key by asking for one; whoever holds it can
 * have a request held open for a second, and nothing else, for three minutes. Nothing is stored: a key is its expiry, a random
 * id, and a MAC over both. The id names what a run leaves in KV and the objects that it asks.
 */
import { sameBytes } from '../../constant-time';
import { encodeSecret } from '../../delivery/standard-webhooks';
import { type MacEnv, macOf } from '../mac';

const KEY_SECONDS = 180;
const ID_BYTES = 8;

export type Run = {
  /** 16 hex digits. */
  id: string;
  /** ms since 1970 */
  expiresAt: number;
};

/** What the MAC of a run's key is over, before its label: expiry and id. */
const named = ({ id, expiresAt }: Run): string => (expiresAt / 1000).toString(16).padStart(8, '0') + id;

/** @param now ms since 1970 */
export function newRun(now: number, random: (bytes: number) => Uint8Array): Run {
  return { id: random(ID_BYTES).toHex(), expiresAt: (Math.floor(now / 1000) + KEY_SECONDS) * 1000 };
}

export async function keyOfRun(env: MacEnv, run: Run): Promise<string> {
  return named(run) + (await macOf(env, `self-test key v1 ${named(run)}`)).toHex();
}

/** The run that this key is for; null where it is no key, or has expired. @param now ms since 1970 */
export async function runOfKey(env: MacEnv, key: string, now: number): Promise<Run | null> {
  const match = /^([0-9a-f]{8})([0-9a-f]{16})([0-9a-f]{64})$/.exec(key);
  if (match === null) return null;
  const [, expiryHex = '', id = '', mac = ''] = match;
  const run = { id, expiresAt: Number.parseInt(expiryHex, 16) * 1000 };
  const expected = await macOf(env, `self-test key v1 ${named(run)}`);
  return sameBytes(Uint8Array.fromHex(mac), expected) && run.expiresAt > now ? run : null;
}

/** The secret of the destination that a run makes: the receiver knows it without storing it. */
export async function destinationSecretOf(env: MacEnv, run: Run): Promise<string> {
  return encodeSecret(await macOf(env, `self-test destination v1 ${named(run)}`));
}
