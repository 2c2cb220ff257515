/** Signing in: wrong tokens are counted with those of the API, and a token never goes over an open line. */
import { describe, expect, it } from 'vitest';
import { signIn } from '../../../src/page/sign-in';
import { returnAddress } from '../../../src/page/sign-in-address';
import { envWith, limiter } from '../api/doubles';

const TOKEN = 'the-right-token-of-32-characters';
const secrets = { ADMIN_TOKEN: TOKEN, SECRETS_KEY: 's'.repeat(32) };

function post(
  token: string,
  more: { origin?: string; allowed?: number; headers?: Record<string, string> } = {},
) {
  const { origin = 'https://gw.example.com', allowed = 9, headers = {} } = more;
  const init = {
    method: 'POST',
    body: new URLSearchParams({ token }).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  };
  const env = envWith({ ...secrets, FAILED_SIGN_INS: limiter(allowed) });
  return signIn.request(new Request(`${origin}/sign_in?to=/webhooks/7`, init), undefined, env);
}

const cookieOf = (response: Response): string => response.headers.get('Set-Cookie') ?? '';

describe('signing in', () => {
  it('gives a cookie that scripts and other sites do not get, over TLS only', async () => {
    const response = await post(TOKEN);
    expect(response.status).toBe(303);
    expect(response.headers.get('Location')).toBe('/webhooks/7');
    expect(cookieOf(response)).toMatch(/^__Host-gapless=admin\.\d{10}\./);
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/', 'Max-Age=43200']) {
      expect(cookieOf(response).split('; ')).toContain(part);
    }
    expect(cookieOf(response)).not.toContain(TOKEN);
  });

  it.each(['http://localhost:8787', 'http://127.0.0.1:8787', 'http://[::1]:8787'])(
    'works on the own machine without TLS: %s',
    async origin => {
      const cookie = cookieOf(await post(TOKEN, { origin }));
      expect(cookie).toMatch(/^gapless=/);
      expect(cookie).not.toContain('Secure');
    },
  );

  it('takes no token over an open line, nor from a page of another site', async () => {
    for (const more of [
      { origin: 'http://gw.example.com' },
      { headers: { Origin: 'https://evil.example' } },
      { headers: { 'Sec-Fetch-Site': 'cross-site' } },
    ]) {
      const response = await post(TOKEN, more);
      expect(response.status).toBe(403);
      expect(cookieOf(response)).toBe('');
    }
  });

  it('refuses a wrong token, and over the limit says so, but never the right one', async () => {
    expect((await post('wrong')).status).toBe(401);
    const limited = await post('wrong', { allowed: 0 });
    expect(limited.status).toBe(429);
    expect(limited.headers.get('Retry-After')).toBe('60');
    expect((await post(TOKEN, { allowed: 0 })).status).toBe(303);
    expect((await post('')).status).toBe(422);
  });
});

it('leads to an address of this page alone', () => {
  expect(returnAddress('/webhooks/7/events?q=a+b')).toBe('/webhooks/7/events?q=a+b');
  const elsewhere = [
    '//evil.test',
    '/\\evil.test',
    '/.//evil.test',
    '/x/..//evil.test',
    '/%2e%2e//evil.test',
  ];
  for (const given of [...elsewhere, '/..//', 'https://evil.test/', 'javascript:x', '', null]) {
    expect(returnAddress(given), String(given)).toBe('/');
  }
});
