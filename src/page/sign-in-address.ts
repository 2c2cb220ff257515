/** Where one signs in, and where one is led from there. */
import { queryText } from './ask-api';

export const SIGN_IN = '/sign_in';

export const toSignIn = (returnTo: string): string =>
  SIGN_IN + queryText({ to: returnTo === '/' ? null : returnTo });

/** An address of this page, and of nowhere else; the overview in the place of anything else. */
export function returnAddress(given: string | null | undefined): string {
  const base = 'https://gapless.invalid';
  const url = given?.startsWith('/') ? URL.parse(given, base) : null;
  return url?.origin === base ? url.pathname + url.search : '/';
}
