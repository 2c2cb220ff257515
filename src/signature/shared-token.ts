/**
 * Schemes whose signature is the secret itself, sent in a header (`alg: token`, as GitLab's).
 *
 * The event keeps such a header without its value, since the log and the API's answers must not hold a secret in clear. A
 * delivery gets the value from the webhook's newest inbound secret. A header `authorization` (Basic auth) is not kept at
 * all, and is added to every delivery of such a webhook.
 *
 * Not covered: a token inside the body. Bodies are kept and shown as they came.
 */
import { encode } from './encoding';
import { keyBytes } from './keys';
import type { Scheme } from './scheme';

/** What is kept in place of a token. */
const NOT_KEPT = '[not kept]';

const tokenNames = ({ alg, sig }: Scheme): string[] =>
  alg === 'token' ? sig.flatMap(({ h }) => (h === undefined ? [] : [h.toLowerCase()])) : [];

/** Headers as they may be kept: without the value of the token. Names are in lower case. */
export function withoutToken(scheme: Scheme, headers: [string, string][]): [string, string][] {
  const names = tokenNames(scheme);
  if (names.length === 0) return headers;
  return headers.map(([name, value]) => [name, names.includes(name) ? NOT_KEPT : value]);
}

/** The headers that carry the token, with the secret in its place; empty where the scheme has none. */
export function tokenHeaders(scheme: Scheme, secret: string): [name: string, value: string][] {
  const bytes = scheme.alg === 'token' ? keyBytes(scheme, secret) : null;
  if (bytes === null) return [];
  const token = encode(bytes, scheme.enc);
  return scheme.sig.flatMap(({ h, prefix = '', kv, pick }): [string, string][] =>
    h === undefined ? [] : [[h.toLowerCase(), prefix + (kv === undefined ? '' : pick + kv) + token]],
  );
}

/** Headers as the provider sent them: with the token, which `withoutToken` had removed. */
export function withToken(
  headers: readonly [string, string][],
  tokens: readonly [name: string, value: string][],
): [string, string][] {
  const sent = new Map(tokens);
  const notKept = tokens.filter(([name]) => name === 'authorization');
  return [...headers.map(([name, value]): [string, string] => [name, sent.get(name) ?? value]), ...notKept];
}
