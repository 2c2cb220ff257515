/** Keys are imported once, and a request that is cut off in the midst of it is nobody else's trouble. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hmacSha256Base64 } from '../../../src/hmac-sha256';
import type { Secret } from '../../../src/signature/keys';
import type { Scheme } from '../../../src/signature/scheme';
import { verify } from '../../../src/signature/verify';
import { requestOf } from '../../support/signed-request';

/** The runtime ends a request that has used up its CPU: whatever it waits for never comes. */
const cutOff = () => new Promise<never>(() => {});

const HMAC: Scheme = {
  alg: 'hmac-sha256',
  key: { enc: 'utf8' },
  enc: 'base64',
  sig: [{ h: 'x-signature' }],
  msg: ['{body}'],
};
const TOKEN: Scheme = {
  alg: 'token',
  key: { enc: 'utf8' },
  enc: 'utf8',
  sig: [{ h: 'x-token' }],
  msg: [],
  bodySigned: false,
};
const bytes = (text: string) => new TextEncoder().encode(text);
const message = bytes('{}');
const signature = () => hmacSha256Base64(bytes('k'), message);

describe('keys that are remembered', () => {
  afterEach(() => void vi.restoreAllMocks());

  const verified = async (scheme: Scheme, secret: Secret, headers: Record<string, string>) =>
    (await verify(scheme, [secret], requestOf({ headers, body: '{}' }), 0)).ok;

  test('are imported once', async () => {
    const secret = { id: 's', text: 'k' };
    const headers = { 'x-signature': await signature() };
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    expect(await verified(HMAC, secret, headers)).toBe(true);
    expect(await verified(HMAC, secret, headers)).toBe(true);
    expect(importKey).toHaveBeenCalledTimes(1);
  });

  test('are imported anew where the first request was cut off: a signature', async () => {
    const secret = { id: 's', text: 'k' };
    const headers = { 'x-signature': await signature() };
    vi.spyOn(crypto.subtle, 'importKey').mockImplementationOnce(cutOff);
    void verified(HMAC, secret, headers);
    expect(await verified(HMAC, secret, headers)).toBe(true);
    expect(await verified(HMAC, secret, { 'x-signature': 'AAAA' })).toBe(false);
  });

  test('are imported anew where the first request was cut off: a shared token', async () => {
    const secret = { id: 's', text: 'a token' };
    vi.spyOn(crypto.subtle, 'digest').mockImplementationOnce(cutOff);
    void verified(TOKEN, secret, { 'x-token': 'a token' });
    expect(await verified(TOKEN, secret, { 'x-token': 'a token' })).toBe(true);
    expect(await verified(TOKEN, secret, { 'x-token': 'another' })).toBe(false);
  });

  test('are imported anew where the first delivery was cut off: signing', async () => {
    const key = bytes('k');
    const wanted = await signature();
    vi.spyOn(crypto.subtle, 'importKey').mockImplementationOnce(cutOff);
    void hmacSha256Base64(key, message);
    expect(await hmacSha256Base64(key, message)).toBe(wanted);
  });
});
