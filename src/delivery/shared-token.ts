/**
 * Schemes whose signature is the secret itself, sent in a header (`alg: token`, GitLab's for one). Such a header stays with
 * the event, its value does not: kept, it would be a secret in clear in the log and in the answers of the API. A delivery
 * gets the value back, from the webhook's newest inbound secret.
 *
 * Not covered: a token inside the body. Bodies are kept and shown as they came.
 */
import type { Scheme } from '../signature/scheme';

/** What is kept in place of a token. */
const NOT_KEPT = '[not kept]';

const tokenNames = ({ alg, sig }: Scheme): string[] =>
  alg === 'token' ? sig.flatMap(({ h }) => (h === undefined ? [] : [h.toLowerCase()])) : [];

/** Headers as they are kept. Names are in lower case. */
export function withoutToken(scheme: Scheme, headers: [string, string][]): [string, string][] {
  const names = tokenNames(scheme);
  if (names.length === 0) return headers;
  return headers.map(([name, value]) => [name, names.includes(name) ? NOT_KEPT : value]);
}

/** The header that carries the token, with the secret in its place; null where the scheme has no such header. */
export function tokenHeader(scheme: Scheme, secret: string): [name: string, value: string] | null {
  const [name] = tokenNames(scheme);
  const { prefix = '', kv, pick } = scheme.sig.find(({ h }) => h?.toLowerCase() === name) ?? {};
  if (name === undefined) return null;
  const { strip = '' } = scheme.key;
  const token = secret.startsWith(strip) ? secret.slice(strip.length) : secret;
  return [name, prefix + (kv === undefined ? '' : pick + kv) + token];
}

/** Headers as they were sent: what `withoutToken` took out is there again. */
export function withToken(
  headers: readonly [string, string][],
  token: readonly [name: string, value: string] | null,
): [string, string][] {
  return headers.map(([name, value]) => [name, token !== null && name === token[0] ? token[1] : value]);
}
