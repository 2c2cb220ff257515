/** The cookie of a session: not for scripts, not sent along from other sites, and sent over TLS alone, but to this very machine. */
import type { CookieOptions } from 'hono/utils/cookie';
import { SESSION_SECONDS } from './session';

const HERE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a browser would send a token to this address where nobody can listen. */
export function isPrivateLine({ url }: Request): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || HERE.test(hostname);
}

/** `__Host-`: browsers take it from this host alone, and with `Secure`. */
export function sessionCookie({ url }: Request): { name: string; options: CookieOptions } {
  const secure = new URL(url).protocol === 'https:';
  return {
    name: secure ? '__Host-gapless' : 'gapless',
    options: { path: '/', httpOnly: true, sameSite: 'Strict', secure, maxAge: SESSION_SECONDS },
  };
}
