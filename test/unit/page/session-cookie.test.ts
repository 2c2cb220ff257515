/** The session's cookie: found among others by its whole name, and forgotten as it was given. */
import { describe, expect, it } from 'vitest';
import { forgottenSession, givenSession, sentSession } from '../../../src/page/session-cookie';

const over = (url: string, cookie?: string) =>
  new Request(url, { headers: cookie === undefined ? {} : { Cookie: cookie } });
const TLS = 'https://gw.example.com/';
const HERE = 'http://localhost:8787/';

describe('the cookie of a session', () => {
  it.each([
    [TLS, '__Host-gapless=admin.1.x', 'admin.1.x'],
    [TLS, 'a=b; __Host-gapless=s;c=d', 's'],
    [TLS, 'gapless=s', ''],
    [TLS, 'x__Host-gapless=s; a=__Host-gapless=s', ''],
    [TLS, '__Host-gapless', ''],
    [HERE, 'gapless=s; __Host-gapless=t', 's'],
    [HERE, undefined, ''],
  ])('at %s is read of %j', (url, cookie, text) => {
    expect(sentSession(over(url, cookie))).toBe(text);
  });

  it('is given for this host, over TLS but here, and forgotten by the same name', () => {
    expect(givenSession(over(TLS), 's')).toBe(
      '__Host-gapless=s; Max-Age=43200; Path=/; HttpOnly; Secure; SameSite=Strict',
    );
    expect(givenSession(over(HERE), 's')).toBe('gapless=s; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict');
    expect(forgottenSession(over(TLS))).toBe(
      '__Host-gapless=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict',
    );
  });
});
