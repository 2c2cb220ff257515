import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { authorized } from '../../../src/api/auth';
import type { ApiEnv } from '../../../src/api/context';
import { envWith, limiter } from './doubles';

const app = new Hono<ApiEnv>().use(authorized).get('/', c => c.text('in'));

const TOKEN = 'the-right-token-of-32-characters';
const secrets = { ADMIN_TOKEN: TOKEN, SECRETS_KEY: 's'.repeat(32) };

function ask(env: Env, authorization: string | null, address = '192.0.2.1') {
  const headers = new Headers({ 'cf-connecting-ip': address });
  if (authorization !== null) headers.set('Authorization', authorization);
  return app.request('/', { headers }, env);
}

describe('authorized', () => {
  it('lets the right token in', async () => {
    const env = envWith({ ...secrets, FAILED_SIGN_INS: limiter(0) });
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      expect((await ask(env, `${scheme} ${TOKEN}`)).status).toBe(200);
    }
  });

  it.each([
    null,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${btoa(`admin:${TOKEN}`)}`,
    TOKEN,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN} ${TOKEN}`,
  ])('answers %j with 401 and says how to sign in', async authorization => {
    const response = await ask(envWith({ ...secrets, FAILED_SIGN_INS: limiter(9) }), authorization);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
    expect(await response.text()).not.toContain(TOKEN);
  });

  it('tells apart that no token came and that one was refused', async () => {
    const env = envWith({ ...secrets, FAILED_SIGN_INS: limiter(9) });
    const detail = async (authorization: string | null): Promise<string> => {
      const { detail }: { detail: string } = await (await ask(env, authorization)).json();
      return detail;
    };
    expect(await detail(null)).toMatch(/^No token came/);
    expect(await detail('Basic abc')).toMatch(/^No token came/);
    expect(await detail('Bearer wrong')).toMatch(/^The token that came is neither/);
  });

  it('limits wrong tokens per address, and never the right one', async () => {
    const FAILED_SIGN_INS = limiter(2);
    const env = envWith({ ...secrets, FAILED_SIGN_INS });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask(env, 'Bearer wrong')).status);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await ask(env, `Bearer ${TOKEN}`)).status).toBe(200);
    expect((await ask(env, 'Bearer wrong', '192.0.2.2')).status).toBe(401);
    expect(FAILED_SIGN_INS.counted).toHaveLength(4);
  });

  it('calls a token wrong when the limiter fails', async () => {
    const FAILED_SIGN_INS = { limit: () => Promise.reject(new Error('down')) };
    expect((await ask(envWith({ ...secrets, FAILED_SIGN_INS }), 'Bearer wrong')).status).toBe(401);
  });

  it.each([
    { ADMIN_TOKEN: '' },
    { ADMIN_TOKEN: TOKEN.slice(1) },
    { SECRETS_KEY: '' },
    { SECRETS_KEY: 'too-short' },
    { ADMIN_TOKEN: '', SECRETS_KEY: '' },
  ])('is closed while secrets are missing or short: %j', async missing => {
    const env = envWith({ ...secrets, FAILED_SIGN_INS: limiter(9), ...missing });
    for (const authorization of [`Bearer ${env.ADMIN_TOKEN}`, `Bearer ${TOKEN}`, 'Bearer ', null]) {
      const response = await ask(env, authorization);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({
        type: 'urn:gapless:problem:not-configured',
        detail: expect.stringMatching(/ADMIN_TOKEN|SECRETS_KEY/),
      });
    }
  });
});
