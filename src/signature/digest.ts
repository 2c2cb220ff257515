/**
 * A digest of the body that is sent beside it and signed in its place (Twilio's `bodySHA256`). The body counts as signed
 * only when the digest is there and right.
 */
import { decode } from './encoding';
import { detailOf, type Reference, type RequestView } from './request-view';
import type { DigestRule } from './scheme';

const HASHES = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' } as const;

/** Why the digest does not prove the body; null when it does. It is compared as text, because a digest is no secret. */
export async function digestProblem(
  rule: DigestRule,
  reference: Reference,
  view: RequestView,
): Promise<string | null> {
  const sent = view.read(reference);
  if (!sent.ok) return detailOf(sent.error);
  const bytes = decode(sent.value, rule.enc);
  if (bytes === null) return `${rule.from}: not ${rule.enc}`;
  const digest = await view.body.digest(HASHES[rule.alg]);
  return digest.toHex() === bytes.toHex() ? null : `${rule.from}: not the digest of the body`;
}
