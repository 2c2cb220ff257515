/**
 * Compares secrets with what somebody may have guessed. The time it takes does not depend on the contents. Nothing else in
 * the gateway compares secrets, except `crypto.subtle.verify`, which does the same for signatures.
 */
import { sha256 } from './sha256';

/** For MACs and digests, whose length is no secret: different lengths are told at once. For anything else use `sameText`. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && crypto.subtle.timingSafeEqual(a, b);

/** Compares digests of both texts, so that not even the length of a secret shows. */
export async function sameText(one: string, other: string): Promise<boolean> {
  return sameBytes(await sha256(one), await sha256(other));
}
