/**
 * A signature scheme as data: how a sender signs. `compile.ts` reads it, `verify.ts` and `sign.ts` apply it. The grammar
 * with examples is docs/signatures.md. What a user writes is checked by `scheme-input.ts`.
 */

export const ALGORITHMS = [
  'hmac-sha1',
  'hmac-sha256',
  'hmac-sha512',
  'ed25519',
  'ecdsa-p256-sha256',
  'rsa-pkcs1-sha256',
  'token',
] as const;
export const KEY_ENCODINGS = ['utf8', 'base64', 'hex', 'raw-hex', 'raw-base64', 'spki-base64'] as const;
export const SIGNATURE_ENCODINGS = ['hex', 'base64', 'base64url', 'utf8'] as const;
export const TIME_FORMATS = ['s', 'ms', 'rfc3339', 'http-date'] as const;
export const DIGEST_ALGORITHMS = ['sha1', 'sha256', 'sha512'] as const;

export type Algorithm = (typeof ALGORITHMS)[number];
export type KeyEncoding = (typeof KEY_ENCODINGS)[number];
type SignatureEncoding = (typeof SIGNATURE_ENCODINGS)[number];
export type TimeFormat = (typeof TIME_FORMATS)[number];
type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

/** How signatures stand in one place. */
type Layout = {
  /** Literal text before the signature; before each one where there are several. */
  prefix?: string | undefined;
  /** What separates several entries. */
  split?: string | undefined;
  /** What separates name and value of an entry. */
  kv?: string | undefined;
  /** The name of the entries that are signatures. Other entries can be read as `sig:<name>`. */
  pick?: string | undefined;
  /** Receivers look at every signature of the entries, and not at the first or the last: so a request may have one for each secret. */
  several?: boolean | undefined;
};

/** Where signatures are: a header, or a JSON pointer into the body (into the element, with `each`). */
export type SignatureSource = Layout & ({ h: string; json?: undefined } | { json: string; h?: undefined });

type TimestampRule = {
  /** `h:<header>`, `sig:<name>`, `json:<pointer>` or `json@<form field>:<pointer>` */
  from: string;
  fmt: TimeFormat;
  /** Accepted distance from now in seconds, both ways; null: not checked. Only for the time of an attempt, not of an event. */
  tol: number | null;
};

/** A digest of the body that the signature covers: `h:<header>` or `q:<query parameter>`. */
export type DigestRule = { from: string; alg: DigestAlgorithm; enc: 'hex' | 'base64' };

export type Scheme = {
  alg: Algorithm;
  /**
   * How the secret's text is decoded to the key. A prefix `strip` is removed first, if it is there. `or` is another decoding
   * that is tried as well, where a provider's documentation and its practice differ. The first that fits is used for signing.
   */
  key: { enc: KeyEncoding; or?: KeyEncoding | undefined; strip?: string | undefined };
  /** How a signature is written. */
  enc: SignatureEncoding;
  /** Any signature of any source is enough. */
  sig: readonly SignatureSource[];
  /** Templates of the signed message, tried in order; empty for `token`. */
  msg: readonly string[];
  ts?: TimestampRule | undefined;
  digest?: DigestRule | undefined;
  /** JSON pointer of an array. Each of its elements must verify by itself, and other pointers start at the element. */
  each?: string | undefined;
  /** False where the body, or a part of it, is not signed. Events are then marked as unsigned. */
  bodySigned?: boolean | undefined;
};
