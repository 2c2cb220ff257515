/**
 * Judging an API token from the Worker: the object is asked, and its answer is kept for 10 s in this isolate. So a token that
 * was revoked elsewhere works for at most 10 s more. Wrong tokens are not kept.
 */
import { keep } from '../bounded-map';
import { err, ok, type Result } from '../result';
import { tokensOf } from '../where-is';
import { type TokenRecord, tokenDigest, tokenIdOf } from './token';

const FRESH_MS = 10_000;
const MAX_REMEMBERED = 500;

/** By the hex digest of the token's text. */
const judged = new Map<string, { token: TokenRecord; at: number }>();

/** The token of this text; null where there is none. `now` in ms since 1970. */
export async function judgeApiToken(
  env: Env,
  text: string,
  now: number,
): Promise<Result<TokenRecord | null, 'unavailable'>> {
  const id = tokenIdOf(text);
  if (id === null) return ok(null);
  const digest = await tokenDigest(text);
  const key = digest.toHex();
  const known = judged.get(key);
  if (known !== undefined && now - known.at < FRESH_MS) return ok(known.token);
  judged.delete(key);
  try {
    const token = await tokensOf(env).judge(id, digest, now);
    if (token !== null) keep(judged, key, { token, at: now }, MAX_REMEMBERED);
    return ok(token);
  } catch {
    return err('unavailable');
  }
}

/** For a token that was revoked through this isolate: it ends here at once. */
export function forgetApiToken(id: string): void {
  for (const [key, { token }] of judged) if (token.id === id) judged.delete(key);
}
