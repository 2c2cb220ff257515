/**
 * Verifies a request as it came, and where that fails and its body is packed, as it was before: some senders sign first and pack
 * then. What verified is what is read, kept and forwarded, so one event is the same bytes however it was packed.
 *
 * What nobody signed is unpacked at most once per verification, to no more than a body may have (`inflate.ts`).
 */
import type { BodyShare } from '../memory/request-bytes';
import type { Provider } from '../providers/provider';
import { err, ok, type Result } from '../result';
import type { Secret } from '../signature/keys';
import type { SignedRequest } from '../signature/request-view';
import type { Match } from '../signature/verify';
import { unpacked } from './unpack';
import { type InboundFailure, verifyInbound } from './verify-inbound';

/**
 * The request in the form that was signed, which is without `content-encoding` where that was not the form it came in. The body
 * of the match is of the same bytes.
 */
type Verified = { match: Match; request: SignedRequest };

/** `content_encoding`: no secret fits the packed body, and it cannot be unpacked. */
type Failure = InboundFailure | { reason: 'content_encoding'; detail: string };

const DETAIL = {
  unknown:
    'content-encoding: signed before packing in a way that is not unpacked, or not signed with a known secret',
  broken: 'content-encoding: the body is not packed as it says',
  too_large: 'content-encoding: the body is larger than a body may be',
} as const;

/** `now` in ms since 1970. @param share holds the body, and what it is unpacked to as well */
export async function verifyPacked(
  provider: Provider,
  secrets: readonly Secret[],
  request: SignedRequest,
  webhookId: number,
  now: number,
  share: BodyShare,
): Promise<Result<Verified, Failure>> {
  const asItCame = await verifyInbound(provider, secrets, request, webhookId, now);
  if (asItCame.ok) return ok({ match: asItCame.value, request });
  if (!mayBeSignedInside(provider, asItCame.error)) return asItCame;
  const body = unpacked(request.headers, request.body);
  if (body === null) return asItCame;
  if (!body.ok) return err({ reason: 'content_encoding', detail: DETAIL[body.error] });
  if (!share.hold(request.body.byteLength + body.value.byteLength)) {
    return err({ reason: 'unavailable', detail: 'memory_full' });
  }
  const headers = new Headers(request.headers);
  headers.delete('content-encoding');
  const inside = { ...request, headers, body: body.value };
  const match = await verifyInbound(provider, secrets, inside, webhookId, now);
  return match.ok ? ok({ match: match.value, request: inside }) : match;
}

/** A token signs nothing of the body; and what lacks a signature, or is too old, is so in any form. */
const mayBeSignedInside = ({ scheme }: Provider, { reason }: InboundFailure): boolean =>
  scheme.alg !== 'token' && ['malformed', 'mismatch', 'digest'].includes(reason);
