/**
 * The session of somebody who has signed in at the page, as a cookie: whose it is, when it ends, and a MAC over both. Nothing is
 * stored, and the cookie carries no token: an API token's id is looked up with every request, so the session ends with the token,
 * and all sessions end when ADMIN_TOKEN or SECRETS_KEY changes. Signing out forgets the cookie; a stolen copy lives until it ends.
 */
import { type MacEnv, macOf } from '../api/mac';
import { sameBytes } from '../constant-time';

export const SESSION_SECONDS = 12 * 60 * 60;

/** `text` is the cookie's value; `principalId` as in `Principal`; `endsAt` in ms since 1970. */
export type Session = { principalId: string; text: string; endsAt: number };

/** The field of every form that has what `formTokenOf` gives. */
export const FORM_TOKEN = 'form_token';

const BASE64URL = { alphabet: 'base64url', omitPadding: true } as const;
const NONCE_BYTES = 9;
const SESSION = /^((admin|[0-9a-f]{12})\.(\d{10,12})\.[\w-]{12})\.([\w-]{43})$/;

const macOfSession = (env: MacEnv, claim: string): Promise<Uint8Array> =>
  macOf(env, `page session v1 ${claim}`);

/** @param now ms since 1970 @param random that many random bytes */
export async function newSession(
  env: MacEnv,
  principalId: string,
  now: number,
  random: (bytes: number) => Uint8Array,
): Promise<Session> {
  const expiry = Math.floor(now / 1000) + SESSION_SECONDS;
  const claim = `${principalId}.${expiry}.${random(NONCE_BYTES).toBase64(BASE64URL)}`;
  const mac = await macOfSession(env, claim);
  return { principalId, text: `${claim}.${mac.toBase64(BASE64URL)}`, endsAt: expiry * 1000 };
}

/** The session of a cookie; null where it is none of this deployment's, or is over. @param now ms since 1970 */
export async function readSession(env: MacEnv, text: string, now: number): Promise<Session | null> {
  const [, claim = '', principalId = '', expiry = '', mac = ''] = SESSION.exec(text) ?? [];
  const endsAt = Number(expiry) * 1000;
  if (claim === '' || endsAt <= now) return null;
  return sameBytes(macBytes(mac), await macOfSession(env, claim)) ? { principalId, text, endsAt } : null;
}

/**
 * What every form of a session carries, so that a page of another site, which cannot read it, cannot send one. It is of no use
 * in another session.
 */
export async function formTokenOf(env: MacEnv, session: Session): Promise<string> {
  return (await macOf(env, `page form v1 ${session.text}`)).toBase64(BASE64URL);
}

export async function isFormToken(env: MacEnv, session: Session, text: string): Promise<boolean> {
  return sameBytes(macBytes(text), await macOf(env, `page form v1 ${session.text}`));
}

/** The bytes of 43 characters of base64url; none for any other text. */
function macBytes(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text, { alphabet: 'base64url' });
  } catch {
    return new Uint8Array();
  }
}
