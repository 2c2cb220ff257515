/**
 * A signature scheme as data. `verify.ts` interprets it; a provider is a table entry, not a class.
 *
 * Message templates are text with tokens: `{body}` the raw bytes; `{json:/ptr}` the text of the scalar at that JSON
 * pointer; `{cjson:keep}` and `{cjson:recurse}` the body as canonical JSON (object keys sorted; the objects inside
 * arrays left as they are, or sorted too); `{ts}` the timestamp as it was sent. Alternatives are tried in order; one
 * match is enough. A template that the request cannot fill (no such pointer, not a scalar, a repeated key) never matches.
 */
export type Scheme = {
  alg: 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512';
  /** How the secret's text gives the key's bytes. */
  key: { enc: 'utf8' | 'base64' | 'hex' };
  /** How the signature is written. */
  enc: 'hex' | 'base64';
  /** Headers that may carry the signature, after a literal prefix; any of them is enough. */
  sig: { h: string; prefix?: string }[];
  msg: string[];
  /**
   * When the message was signed, from `h:<header>` or `json:<pointer>`, in seconds since 1970. `tol` is the accepted
   * distance from now in seconds, both ways; null: not checked.
   */
  ts?: { from: string; fmt: 's'; tol: number | null };
  /** False where the signature leaves the body unsigned: its events are marked so. */
  bodySigned?: boolean;
};
