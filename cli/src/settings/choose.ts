/** Which gateway a command asks, and with which token. Pure. */
import { err, ok, type Result } from '../../../src/result';
import type { Environment, Profile, Profiles } from './profiles';

export type Flags = {
  url?: string | undefined;
  token?: string | undefined;
  profile?: string | undefined;
};

export type Connection = Profile & {
  /** The name of the profile it is from; null for flags and environment. */
  profile: string | null;
};

/**
 * Flags before environment before profile, except that a profile named by a flag goes before the environment. A profile's token
 * is sent to the profile's gateway only: another address needs a token of its own. An error is a sentence.
 */
export function chosen(
  flags: Flags,
  env: Environment,
  { current, profiles }: Profiles,
): Result<Connection, string> {
  const name = flags.profile ?? (env.GAPLESS_PROFILE || undefined);
  const isNamed = flags.profile !== undefined;
  const profile = Object.hasOwn(profiles, name ?? current ?? '')
    ? profiles[name ?? current ?? '']
    : undefined;
  if (name !== undefined && profile === undefined)
    return err(`There is no profile ${name}: gapless profiles lists those there are.`);
  const address = flags.url ?? (isNamed ? undefined : env.GAPLESS_URL || undefined) ?? profile?.url;
  if (address === undefined)
    return err('No gateway is named: give --url, set GAPLESS_URL, or run gapless login once.');
  const url = gatewayAddress(address);
  if (!url.ok) return url;
  const isOwn = profile?.url === url.value;
  const given = flags.token ?? (isNamed && isOwn ? undefined : env.GAPLESS_TOKEN || undefined);
  const token = given ?? (isOwn ? profile?.token : undefined);
  if (token === undefined)
    return err(`There is no token for ${url.value}: set GAPLESS_TOKEN, give --token, or run gapless login.`);
  // What no header can carry would be quoted by the error of whoever sends it.
  if (!/^[\x21-\x7e]+$/.test(token))
    return err(`The token for ${url.value} has characters that no token has: it was not copied as it is.`);
  const isFromProfile = given === undefined && isOwn;
  return ok({ url: url.value, token, profile: isFromProfile ? (name ?? current) : null });
}

/** The origin of a gateway's address. Only where nobody on the way reads the token: https, or this machine. */
export function gatewayAddress(text: string): Result<string, string> {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return err(`${text} is no address of a gateway, like https://gateway.example.com.`);
  if (url.protocol === 'https:' || isThisMachine(url)) return ok(url.origin);
  return err(`${url.origin}: only https, as the token is sent there (http on this machine is fine).`);
}

export const isThisMachine = ({ hostname }: URL): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
