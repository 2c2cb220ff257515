/** Key pairs for providers that sign with a private key: made here, as nobody has the provider's own. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signWith,
} from 'node:crypto';
import { err, ok, type Result } from '../../../src/result';
import type { Scheme } from '../../../src/signature/scheme';

/** Whether signatures are made with a private key. */
export const takesKey = ({ alg }: Scheme): boolean => alg !== 'token' && !alg.startsWith('hmac-');

export function newKey({ alg }: Scheme): KeyObject {
  if (alg === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (alg === 'ecdsa-p256-sha256') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

export const keyText = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

const TYPES: Readonly<Record<string, string>> = {
  ...{ ed25519: 'ed25519', 'ecdsa-p256-sha256': 'ec', 'rsa-pkcs1-sha256': 'rsa' },
};

/** @param text a private key, PEM. An error is a sentence. */
export function keyIn(text: string, { alg }: Scheme): Result<KeyObject, string> {
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === TYPES[alg]) return ok(key);
    return err(`It is a key for ${key.asymmetricKeyType}, and this provider signs with ${alg}.`);
  } catch {
    return err('It is no private key in PEM, as --new-key writes it.');
  }
}

/** The public key as the webhook's `secret_key` takes it. */
export function publicText(key: KeyObject, { key: { enc } }: Scheme): string {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  // The last 32 bytes of it are the key of Ed25519 itself.
  if (enc === 'raw-hex') return spki.subarray(-32).toString('hex');
  return (enc === 'raw-base64' ? spki.subarray(-32) : spki).toString('base64');
}

/** Of ECDSA in DER, as providers write it. */
export const signatureBy = (key: KeyObject, { alg }: Scheme, message: Uint8Array): Uint8Array =>
  new Uint8Array(signWith(alg === 'ed25519' ? null : 'sha256', message, key));
