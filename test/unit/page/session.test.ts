import { describe, expect, it } from 'vitest';
import {
  formTokenOf,
  isFormToken,
  newSession,
  readSession,
  SESSION_SECONDS,
} from '../../../src/page/session';
import { returnAddress } from '../../../src/page/sign-in-address';

const env = { ADMIN_TOKEN: 'a'.repeat(32), SECRETS_KEY: 's'.repeat(32) };
const NOW = Date.parse('2026-11-27T10:00:00Z');
const random = (bytes: number) => new Uint8Array(bytes).fill(7);
const open = (id = 'admin') => newSession(env, id, NOW, random);

describe('a session', () => {
  it('is whose it was made for, until it is over', async () => {
    const { text } = await open('0123456789ab');
    expect(await readSession(env, text, NOW)).toEqual({
      ...{ principalId: '0123456789ab', text },
      endsAt: NOW + SESSION_SECONDS * 1000,
    });
    expect(await readSession(env, text, NOW + SESSION_SECONDS * 1000 - 1)).not.toBeNull();
    expect(await readSession(env, text, NOW + SESSION_SECONDS * 1000)).toBeNull();
  });

  it('carries neither secret', async () => {
    const { text } = await open();
    expect(text).not.toContain(env.ADMIN_TOKEN.slice(0, 8));
    expect(text).not.toContain(env.SECRETS_KEY.slice(0, 8));
  });

  it('ends when either secret changes', async () => {
    const { text } = await open();
    for (const name of ['ADMIN_TOKEN', 'SECRETS_KEY'] as const) {
      expect(await readSession({ ...env, [name]: 'another'.repeat(5) }, text, NOW)).toBeNull();
    }
  });

  it('is of nobody else, and no longer, by any change of its text', async () => {
    const { text } = await open('0123456789ab');
    const [id = '', expiry = '', nonce = '', mac = ''] = text.split('.');
    const forged = [
      ['admin', expiry, nonce, mac],
      [id, String(Number(expiry) + 1), nonce, mac],
      [id, expiry, `A${nonce.slice(1)}`, mac],
      [id, expiry, nonce, `A${mac.slice(1)}`],
      [id, expiry, nonce, ''],
      [id, expiry, nonce],
    ];
    for (const parts of forged) expect(await readSession(env, parts.join('.'), NOW)).toBeNull();
    for (const other of ['', 'admin', `${text} `, `${text}.`]) {
      expect(await readSession(env, other, NOW)).toBeNull();
    }
  });

  it('has a form token of its own, which no other session has', async () => {
    const [one, other] = [await open(), await open('0123456789ab')];
    const token = await formTokenOf(env, one);
    expect(await isFormToken(env, one, token)).toBe(true);
    expect(await isFormToken(env, other, token)).toBe(false);
    for (const wrong of ['', 'x', one.text, token.slice(1), `${token}A`, token.toLowerCase()]) {
      expect(await isFormToken(env, one, wrong)).toBe(false);
    }
  });
});

describe('the way back after signing in', () => {
  it.each(['/', '/webhooks/1', '/webhooks/1/events?q=a%20b&order=asc'])('is %s as it was', path => {
    expect(returnAddress(path)).toBe(path);
  });

  it.each([
    ...[
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      'https://evil.example/',
      'javascript:alert(1)',
    ],
    ...['/\t/evil.example', '', 'webhooks', undefined, null],
  ])('never leads to %j', given => {
    expect(returnAddress(given)).toBe('/');
  });
});
