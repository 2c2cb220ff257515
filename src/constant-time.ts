/**
 * Comparing what somebody may have guessed with what is secret, in the one place where it is done: the time taken depends
 * on neither's content. `crypto.subtle.verify`, which compares signatures, does the same.
 */
import { sha256 } from './sha256';

/** Lengths are compared first: that of a MAC or digest is no secret. For anything else take `sameText`. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && crypto.subtle.timingSafeEqual(a, b);

/** Compared by their digests, so that not even the length shows. */
export async function sameText(one: string, other: string): Promise<boolean> {
  return sameBytes(await sha256(one), await sha256(other));
}
