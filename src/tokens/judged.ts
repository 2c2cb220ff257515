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

type Judgement = Result<TokenRecord | null, 'unavailable'>;

/** By the hex digest of the token's text, or by its id, which is shorter. */
const judged = new Map<string, { token: TokenRecord; at: number }>();

/** The token of this text; null where there is none. `now` in ms since 1970. */
export async function judgeApiToken(env: Env, text: string, now: number): Promise<Judgement> {
  const id = tokenIdOf(text);
  if (id === null) return ok(null);
  const digest = await tokenDigest(text);
  return remembered(digest.toHex(), now, () => tokensOf(env).judge(id, digest, now));
}

/** The token of this id, for whoever has shown its text before; null where it was revoked. `now` in ms since 1970. */
export const apiTokenOfId = (env: Env, id: string, now: number): Promise<Judgement> =>
  remembered(id, now, () => tokensOf(env).find(id, now));

async function remembered(
  key: string,
  now: number,
  ask: () => Promise<TokenRecord | null>,
): Promise<Judgement> {
  const known = judged.get(key);
  if (known !== undefined && now - known.at < FRESH_MS) return ok(known.token);
  judged.delete(key);
  try {
    const token = await ask();
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
