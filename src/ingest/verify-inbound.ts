/**
 * Verifies a request with what the webhook has: its secrets, or, where the provider's key is in a certificate, the key that the
 * request names, together with the id that is kept in place of a secret.
 */
import type { Provider } from '../providers/provider';
import { err, type Result } from '../result';
import type { Secret } from '../signature/keys';
import type { SignedRequest } from '../signature/request-view';
import { secretProblem } from '../signature/secret-problem';
import { type Match, type SignatureFailure, verify } from '../signature/verify';
import { Certificates } from './certificates';

const certificates = new Certificates((...given) => fetch(...given));

/** `unavailable`: what it is verified with cannot be had now. `now` in ms since 1970. */
export async function verifyInbound(
  { scheme, certificate }: Provider,
  secrets: readonly Secret[],
  request: SignedRequest,
  webhookId: number,
  now: number,
): Promise<Result<Match, SignatureFailure | { reason: 'unavailable'; detail: string }>> {
  if (certificate === null) return verify(scheme, secrets, request, now);
  // A key that was given instead of an id is pinned: nothing is fetched.
  const isPinned = secrets.every(({ text }) => secretProblem(scheme, text) === null);
  if (isPinned) return verify(scheme, secrets, request, now);

  const address = request.headers.get(certificate.header) ?? '';
  const sender = { webhookId, address: request.headers.get('cf-connecting-ip') ?? '' };
  const key = await certificates.keyAt(certificate, address, sender, now);
  if (!key.ok) {
    const detail = `header ${certificate.header}: no certificate of the provider`;
    return err({ reason: key.error === 'unavailable' ? 'unavailable' : 'malformed', detail });
  }
  let failure: SignatureFailure = { reason: 'mismatch', detail: 'no secret matches' };
  for (const { id, text } of secrets) {
    const cfg = { ...request.cfg, [certificate.setting]: text };
    const result = await verify(scheme, [{ id, text: key.value }], { ...request, cfg }, now);
    if (result.ok) return result;
    failure = result.error;
  }
  return err(failure);
}
