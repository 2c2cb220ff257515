/** Answers to requests that are kept, so that a repeated request gets the same answer. */

/**
 * The answer to a request that came with an `Idempotency-Key`. `key` and `request` are keyed digests (hex), from which
 * neither the key nor the body can be read.
 */
export type KeptAnswer = {
  key: string;
  request: string;
  /** The answer's body, sealed. */
  answer: string;
  /** ms since 1970 */
  until: number;
};
