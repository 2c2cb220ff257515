/**
 * What a form carries along so that sending it does no harm: a key, so that sending it twice makes one thing; the version of the webhook that
 * it was shown for, so that it changes no other. Whoever writes something else there gets nothing done. Pure, but for `newKey`.
 */
import { keyedDigest } from '../../api/mac';

const SECRET_BYTES = 24;
const KEY = /^[0-9a-f]{32}$/;
const VERSION = /^"\d{1,16}"$/;

/** No webhook has this version. */
const NONE = '"0"';

export const newKey = (): string => crypto.getRandomValues(new Uint8Array(16)).toHex();

/** The key of a form; null where it is none of this page's. */
export function keyIn(form: URLSearchParams): string | null {
  const key = form.get('key') ?? '';
  return KEY.test(key) ? key : null;
}

/** What is said of a form without one. It is shown again with a key. */
export const NO_KEY =
  'Nothing was made: the form came without the key that this page puts into it. Send it again.';

/** The secret that is made up for what is made by the form with this key. Sent again, it says the same one, so it is never lost. */
export async function madeUpSecret(env: Env, principalId: string, key: string): Promise<string> {
  const bytes = await keyedDigest(env, 'page made-up secret v1', `${principalId}\n${key}`);
  return bytes.slice(0, SECRET_BYTES).toHex();
}

export function ifUnchanged(form: URLSearchParams): { 'If-Match': string } {
  const version = form.get('version') ?? '';
  return { 'If-Match': VERSION.test(version) ? version : NONE };
}
