/**
 * Verifies a request to a webhook. Most providers share a secret with it. Where the provider's key is in a certificate,
 * the request names the certificate, and what is kept as the webhook's secret is its id at the provider.
 */
import type { Provider } from '../providers/provider';
import { err, type Result } from '../result';
import type { Secret } from '../signature/keys';
import type { SignedRequest } from '../signature/request-view';
import { secretProblem } from '../signature/secret-problem';
import { type Match, type SignatureFailure, verify } from '../signature/verify';
import { Certificates } from './certificates';

const certificates = new Certificates((...given) => fetch(...given));

/** `unavailable`: the provider's certificate cannot be fetched now. */
export type InboundFailure = SignatureFailure | { reason: 'unavailable'; detail: string };

/** `now` in ms since 1970. */
export async function verifyInbound(
  { scheme, certificate }: Provider,
  secrets: readonly Secret[],
  request: SignedRequest,
  webhookId: number,
  now: number,
): Promise<Result<Match, InboundFailure>> {
  if (certificate === null) return verify(scheme, secrets, request, now);
  // The operator may give the public key itself in place of the id. Then no certificate is fetched.
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
