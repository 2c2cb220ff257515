/** Where one signs in, and where one is led from there. */
import { queryText } from './ask-api';

export const SIGN_IN = '/sign_in';

export const toSignIn = (returnTo: string): string =>
  SIGN_IN + queryText({ to: returnTo === '/' ? null : returnTo });

/** An address of this page, and of nowhere else; the overview in the place of anything else. */
export function returnAddress(given: string | null | undefined): string {
  const base = 'https://gapless.invalid';
  const within = (text: string): URL | null => {
    const url = text.startsWith('/') ? URL.parse(text, base) : null;
    return url?.origin === base ? url : null;
  };
  const url = within(given ?? '');
  if (url === null) return '/';
  const address = url.pathname + url.search;
  // Resolving dots can leave two slashes in front, which is an address of another host.
  return within(address)?.pathname === url.pathname ? address : '/';
}
