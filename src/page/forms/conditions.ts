/**
 * What a form carries along so that sending it does no harm: a key, so that sending it twice makes one thing; the version of the webhook that
 * it was shown for, so that it changes no other. Whoever writes something else there gets nothing done. Pure, but for `newKey`.
 */

const KEY = /^[0-9a-f]{32}$/;
const VERSION = /^"\d{1,16}"$/;

/** No webhook has this version. */
const NONE = '"0"';

export const newKey = (): string => crypto.getRandomValues(new Uint8Array(16)).toHex();

export function onceOnly(form: URLSearchParams): { 'Idempotency-Key': string } {
  const key = form.get('key') ?? '';
  return { 'Idempotency-Key': KEY.test(key) ? key : newKey() };
}

export function ifUnchanged(form: URLSearchParams): { 'If-Match': string } {
  const version = form.get('version') ?? '';
  return { 'If-Match': VERSION.test(version) ? version : NONE };
}
