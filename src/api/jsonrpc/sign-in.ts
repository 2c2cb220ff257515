/**
 * What one HTTP request to the JSON-RPC interface can try as the admin token: one text, however many requests its batch has.
 * So the limit on wrong tokens, which counts HTTP requests' tries, is not passed by batches.
 */
import { sameText } from '../../constant-time';
import { judgeToken, type TokenJudgement } from '../admin-token';

export class SignIn {
  #env: Env;
  #address: string;
  #tried: { token: string; judgement: Promise<TokenJudgement> } | null = null;
  #logins = 0;

  /** @param address the client's */
  constructor(env: Env, address: string) {
    this.#env = env;
    this.#address = address;
  }

  /** True for the first login of a batch. */
  isFirstLogin(): boolean {
    this.#logins++;
    return this.#logins === 1;
  }

  /** Judges the first token that is tried; every other one is wrong, and is neither compared nor counted. */
  async judge(token: string): Promise<TokenJudgement> {
    this.#tried ??= { token, judgement: judgeToken(this.#env, token, this.#address) };
    return (await sameText(this.#tried.token, token)) ? this.#tried.judgement : 'wrong';
  }
}
