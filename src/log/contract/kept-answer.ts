/** Answers that are kept beside what their requests made. */

/** An answer to a request that came with an `Idempotency-Key`. `key` and `request` are keyed digests (hex): neither the key nor the body can be read from them. */
export type KeptAnswer = {
  key: string;
  request: string;
  /** The answer's body, sealed. */
  answer: string;
  /** ms since 1970 */
  until: number;
};
