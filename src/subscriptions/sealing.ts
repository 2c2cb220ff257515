/**
 * Encryption of secrets at rest: AES-256-GCM under a key derived from SECRETS_KEY, as text `v1.<key id, 8
 * hex>.<iv>.<ciphertext>` (base64url). The additional data is the purpose (`inbound:123`), so a sealed secret
 * copied into another webhook, or into another field, does not open.
 *
 * The key id lets SECRETS_KEY change: what the previous key sealed still opens while SECRETS_KEY_PREVIOUS is set.
 * Not promised: protection from someone who has both the storage and SECRETS_KEY.
 */
import { err, ok, type Result } from '../result';
import type { Sealed } from './webhook';

/** Characters that SECRETS_KEY needs at least. */
export const MIN_SECRETS_KEY_CHARACTERS = 32;

export type SealingKey = { id: string; key: CryptoKey };
/** `current` seals; every one of `all` opens. */
export type SealingKeys = { current: SealingKey; all: readonly SealingKey[] };

export type OpenFailure = 'unknown_key' | 'corrupt';

/** What a secret is for; part of what the ciphertext is bound to, so these texts are a stored format. */
export const purpose = {
  inbound: (webhookId: number) => `inbound:${webhookId}`,
  confirm: (webhookId: number) => `confirm:${webhookId}`,
  confirmStore: (webhookId: number, store: string) => `confirm:${webhookId}:${store}`,
  destination: (destinationId: string) => `destination:${destinationId}`,
  answer: (key: string) => `answer:${key}`,
  /** A whole record on its way to another gateway. */
  transfer: (webhookId: number) => `transfer:${webhookId}`,
};

/** Stable across versions: changing either makes every stored secret unreadable. */
const HKDF_SALT = 'gapless';
const HKDF_INFO = 'seal secrets v1';
/** Another text, so that a TRANSFER_KEY that is also someone's SECRETS_KEY is another key. */
const TRANSFER_INFO = 'seal transfers v1';
/** What a TRANSFER_KEY has: nobody has to think up a passphrase for a file that may be copied and guessed at. */
const TRANSFER_KEY_BYTES = 32;
const IV_BYTES = 12;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** 36 bytes out of HKDF-SHA-256: 32 for the key, 4 for its id, which says nothing about the key. */
async function deriveKey(secret: Uint8Array, context: string): Promise<SealingKey> {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const params = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: encoder.encode(HKDF_SALT),
    info: encoder.encode(context),
  };
  const bytes = new Uint8Array(await crypto.subtle.deriveBits(params, material, 36 * 8));
  const key = await crypto.subtle.importKey('raw', bytes.slice(0, 32), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
  return { id: bytes.slice(32).toHex(), key };
}

let imported: { current: string; previous: string; keys: SealingKeys } | null = null;

/**
 * The keys of this deployment; derived once per isolate.
 * @param previous SECRETS_KEY_PREVIOUS; empty or undefined for none
 */
export async function importKeys(
  current: string | undefined,
  previous = '',
): Promise<Result<SealingKeys, 'too_short'>> {
  const text = current ?? '';
  if (imported !== null && imported.current === text && imported.previous === previous)
    return ok(imported.keys);
  if (text.length < MIN_SECRETS_KEY_CHARACTERS) return err('too_short');
  if (previous !== '' && previous.length < MIN_SECRETS_KEY_CHARACTERS) return err('too_short');
  const first = await deriveKey(encoder.encode(text), HKDF_INFO);
  const all = previous === '' ? [first] : [first, await deriveKey(encoder.encode(previous), HKDF_INFO)];
  imported = { current: text, previous, keys: { current: first, all } };
  return ok(imported.keys);
}

/**
 * The keys as a deployment has them. The previous one is a secret that most do not have, so generated types lack
 * it.
 */
export function keysOf(env: { SECRETS_KEY: string; SECRETS_KEY_PREVIOUS?: string }) {
  return importKeys(env.SECRETS_KEY, env.SECRETS_KEY_PREVIOUS);
}

/**
 * The key for records on their way to another gateway, which has the same: TRANSFER_KEY, 32 bytes in base64 or base64url. A secret
 * that most do not have, so generated types lack it. `missing`: there is none; `malformed`: it is something else.
 */
export async function transferKeyOf(env: {
  SECRETS_KEY: string;
  TRANSFER_KEY?: string;
}): Promise<Result<SealingKey, 'missing' | 'malformed'>> {
  const text = env.TRANSFER_KEY ?? '';
  if (text === '') return err('missing');
  try {
    const bytes = Uint8Array.fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
    return bytes.byteLength === TRANSFER_KEY_BYTES
      ? ok(await deriveKey(bytes, TRANSFER_INFO))
      : err('malformed');
  } catch {
    return err('malformed');
  }
}

const BASE64URL = { alphabet: 'base64url', omitPadding: true } as const;

const algorithm = (iv: Uint8Array, boundTo: string) => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(boundTo),
});

/** Seals a text under the current key. @param boundTo one of `purpose` */
export async function seal(keys: SealingKeys, boundTo: string, text: string): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const { id, key } = keys.current;
  const ciphertext = await crypto.subtle.encrypt(algorithm(iv, boundTo), key, encoder.encode(text));
  return `v1.${id}.${iv.toBase64(BASE64URL)}.${new Uint8Array(ciphertext).toBase64(BASE64URL)}` as Sealed;
}

/**
 * The text back. `unknown_key`: sealed under a key that is not configured any more. `corrupt`: not a sealed text,
 * changed, or sealed for another purpose.
 */
export async function open(
  keys: SealingKeys,
  boundTo: string,
  sealed: string,
): Promise<Result<string, OpenFailure>> {
  const match = /^v1\.([0-9a-f]{8})\.([\w-]{16})\.([\w-]+)$/.exec(sealed);
  if (match === null) return err('corrupt');
  const [, keyId = '', iv = '', ciphertext = ''] = match;
  const found = keys.all.find(candidate => candidate.id === keyId);
  if (found === undefined) return err('unknown_key');
  try {
    const bytes = await crypto.subtle.decrypt(
      algorithm(Uint8Array.fromBase64(iv, BASE64URL), boundTo),
      found.key,
      Uint8Array.fromBase64(ciphertext, BASE64URL),
    );
    return ok(decoder.decode(bytes));
  } catch {
    return err('corrupt');
  }
}
