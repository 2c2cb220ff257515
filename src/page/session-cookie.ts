/** The cookie of a session: not for scripts, not sent along from other sites, and sent over TLS alone, but to this very machine. */
import { SESSION_SECONDS } from './session';

const HERE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a browser would send a token to this address where nobody can listen. */
export function isPrivateLine({ url }: Request): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || HERE.test(hostname);
}

const isOverTls = ({ url }: Request): boolean => new URL(url).protocol === 'https:';

/** `__Host-`: browsers take it from this host alone, and with `Secure`. */
const nameFor = (request: Request): string => (isOverTls(request) ? '__Host-gapless' : 'gapless');

/** The text of the session that a browser sends; empty where it sends none. */
export function sentSession(request: Request): string {
  const start = `${nameFor(request)}=`;
  const pairs = (request.headers.get('Cookie') ?? '').split(';').map(pair => pair.trim());
  return pairs.find(pair => pair.startsWith(start))?.slice(start.length) ?? '';
}

/** What gives a browser a session, as `Set-Cookie`. The text has no character that a cookie may not have. */
export const givenSession = (request: Request, text: string): string =>
  setCookie(request, text, SESSION_SECONDS);

/** What has a browser forget it. */
export const forgottenSession = (request: Request): string => setCookie(request, '', 0);

function setCookie(request: Request, text: string, seconds: number): string {
  const secure = isOverTls(request) ? '; Secure' : '';
  return `${nameFor(request)}=${text}; Max-Age=${seconds}; Path=/; HttpOnly${secure}; SameSite=Strict`;
}
