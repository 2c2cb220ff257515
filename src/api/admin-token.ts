/**
 * The admin token, compared in constant time. Wrong tokens are counted per address, and over a limit judged as such. A right
 * token is never limited, so that nobody can lock the operator out.
 */
import { sameText } from '../constant-time';
import { isWithin } from '../rate-limit';
import { MIN_SECRETS_KEY_CHARACTERS } from '../subscriptions/sealing';

/** Fewer could be guessed: the limit on wrong tokens is one per address, and never refuses the right one. */
export const MIN_ADMIN_TOKEN_CHARACTERS = 32;

export type TokenJudgement = 'right' | 'wrong' | 'wrong_and_limited';

type SignInEnv = Pick<Env, 'ADMIN_TOKEN' | 'FAILED_SIGN_INS'>;

/** Judges a token that was sent. @param address the client's, from `cf-connecting-ip` */
export async function judgeToken(env: SignInEnv, token: string, address: string): Promise<TokenJudgement> {
  if (env.ADMIN_TOKEN !== '' && (await sameText(token, env.ADMIN_TOKEN))) return 'right';
  return (await isWithin(env.FAILED_SIGN_INS, 'FAILED_SIGN_INS', address)) ? 'wrong' : 'wrong_and_limited';
}

export function addressOf(request: Request): string {
  return request.headers.get('cf-connecting-ip') ?? 'unknown';
}

/**
 * Why the deployment cannot manage webhooks yet, or null. The types promise the secrets; a deployment may lack
 * them.
 */
export function configurationProblem(env: { ADMIN_TOKEN?: string; SECRETS_KEY?: string }): string | null {
  if ((env.ADMIN_TOKEN ?? '').length < MIN_ADMIN_TOKEN_CHARACTERS) {
    return `ADMIN_TOKEN is not set or has fewer than ${MIN_ADMIN_TOKEN_CHARACTERS} characters.`;
  }
  if ((env.SECRETS_KEY ?? '').length < MIN_SECRETS_KEY_CHARACTERS) {
    return `SECRETS_KEY is not set or has fewer than ${MIN_SECRETS_KEY_CHARACTERS} characters.`;
  }
  return null;
}
