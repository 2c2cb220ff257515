/** Keys that nothing could be verified with, and keys that anything could: refused when they are given. */
import { describe, expect, test } from 'vitest';
import { providerFor } from '../../../src/providers/registry';
import type { Scheme } from '../../../src/signature/scheme';
import { secretProblem } from '../../../src/signature/secret-problem';
import paypal from '../../vectors/paypal.json';

const plain = (more: Partial<Scheme>): Scheme => ({
  alg: 'hmac-sha256',
  key: { enc: 'utf8' },
  enc: 'hex',
  sig: [{ h: 'x-signature' }],
  msg: ['{body}'],
  ...more,
});
const rsa = plain({ alg: 'rsa-pkcs1-sha256', key: { enc: 'spki-base64' }, enc: 'base64' });
const sendgrid = providerFor('sendgrid')?.scheme ?? plain({});
const discord = providerFor('discord')?.scheme ?? plain({});

async function spki(algorithm: SubtleCryptoGenerateKeyAlgorithm): Promise<Uint8Array> {
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  return new Uint8Array((await crypto.subtle.exportKey('spki', pair.publicKey)) as ArrayBuffer);
}

describe('a public key', () => {
  test('of P-256 is a point on the curve', async () => {
    for (let i = 0; i < 5; i++) {
      const key = await spki({ name: 'ECDSA', namedCurve: 'P-256' });
      expect(secretProblem(sendgrid, key.toBase64())).toBeNull();
      key[90] = (key[90] ?? 0) ^ 1;
      expect(secretProblem(sendgrid, key.toBase64())).toContain('P-256');
    }
  });

  test('of RSA is whole', async () => {
    const key = await spki({
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
    });
    expect(secretProblem(rsa, key.toBase64())).toBeNull();
    expect(secretProblem(rsa, paypal.publicKey)).toBeNull();
    for (const broken of [key.subarray(0, -1), key.subarray(0, 40), new Uint8Array([...key, 0])]) {
      expect(secretProblem(rsa, broken.toBase64())).toContain('RSA');
    }
    const patched = Uint8Array.from(key);
    patched[20] = 0xff;
    expect(secretProblem(rsa, patched.toBase64())).toContain('RSA');
  });

  test('of Ed25519 is none of small order', async () => {
    const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair;
    const key = new Uint8Array((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer);
    expect(secretProblem(discord, key.toHex())).toBeNull();
    // Of RFC 8032, section 7.1.
    for (const known of [
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    ]) {
      expect(secretProblem(discord, known)).toBeNull();
    }
    for (const none of ['ff'.repeat(32), `02${'00'.repeat(31)}`]) {
      expect(secretProblem(discord, none)).toContain('on the curve');
    }
    for (const small of [
      '00'.repeat(32),
      `${'00'.repeat(31)}80`,
      `01${'00'.repeat(31)}`,
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      `ee${'ff'.repeat(31)}`,
    ]) {
      expect(secretProblem(discord, small)).toContain('small order');
    }
  });
});

test('a token is one that a header can carry', () => {
  const gitlab = providerFor('gitlab-token')?.scheme ?? plain({});
  expect(secretProblem(gitlab, 'a token')).toBeNull();
  for (const token of [' token', 'token ', ' ', 'a\tb', 'a\nb'])
    expect(secretProblem(gitlab, token)).not.toBeNull();
  const bearer = plain({
    alg: 'token',
    enc: 'utf8',
    msg: [],
    sig: [{ h: 'authorization', prefix: 'Bearer' }],
  });
  expect(secretProblem(bearer, ' token')).toBeNull();
  expect(secretProblem({ ...bearer, sig: [{ json: '/token' }] }, ' token ')).toBeNull();
});

test('of two readings of a key one is enough', () => {
  const both = plain({ key: { enc: 'hex', or: 'base64' } });
  expect([secretProblem(both, '00ff'), secretProblem(both, 'YWI=')]).toEqual([null, null]);
  expect(secretProblem(both, '?')).toBe('must be base64');
});
