/**
 * API tokens as text and as records. Pure, but for the digest.
 *
 * A token is `gpl_<id>_<secret>`. The id finds the record. The secret is 256 random bits, too many to guess, so its plain
 * SHA-256 is stored; a slower hash would add nothing.
 */
import { sha256 } from '../sha256';

export type TokenRecord = {
  /** 12 hex digits; public. */
  id: string;
  name: string;
  scope: 'read' | 'write';
  /** The one webhook it is for; null for all. */
  webhookId: number | null;
  /** ms since 1970; not before the webhook it is for was made. */
  createdAt: number;
  /** ms since 1970, to the hour; null before the first use. */
  lastUsedAt: number | null;
};

const ID_BYTES = 6;
const SECRET_BYTES = 32;
const BASE64URL = { alphabet: 'base64url', omitPadding: true } as const;

/** @param random that many random bytes */
export function newToken(random: (bytes: number) => Uint8Array): { id: string; text: string } {
  const id = random(ID_BYTES).toHex();
  return { id, text: `gpl_${id}_${random(SECRET_BYTES).toBase64(BASE64URL)}` };
}

/** The id in a token's text; null where it is no token. */
export function tokenIdOf(text: string): string | null {
  return /^gpl_([0-9a-f]{12})_[\w-]{43}$/.exec(text)?.[1] ?? null;
}

export const tokenDigest = (text: string): Promise<Uint8Array> => sha256(text);
