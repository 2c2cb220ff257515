/**
 * Verifies and describes a request: what the object needs to judge the event, or the outcome where there is none.
 *
 * Under load the request that makes the next call prepares all that go along with it, one step after the other for all of them. A step that
 * was just run is in the processor's caches, so that an event takes a twelfth less in all than where each is prepared as it comes
 * (`bench/RESULTS.md`). Only what takes little is left to another request, which pays for it.
 */
import { LIMITS } from '../limits';
import type { AppendRequest } from '../log/contract/append';
import type { BodyShare } from '../memory/request-bytes';
import type { Provider } from '../providers/provider';
import { providerOf } from '../providers/registry';
import { queryOf } from '../signature/address';
import type { WebhookRecord } from '../subscriptions/webhook';
import type { Outcome } from './answer';
import { answerSigned, answerUnsigned, handshakeOutcome } from './answer-handshake';
import { inboundSecrets } from './find-webhook';
import { incomingEvent } from './incoming-event';
import { signedRequest } from './signed-request';
import { verifyPacked } from './verify-packed';

/** A body that was read, and what holds it in memory. */
export type Received = { body: Uint8Array; share: BodyShare };

/** `no_event`: refused, or answered without one. */
export type Prepared = { kind: 'event'; request: AppendRequest } | { kind: 'no_event'; outcome: Outcome };

/** What is to be done for a request before its event can be appended. */
export type Work = {
  /** Of the body. */
  bytes: number;
  /** Whether another request may do it: it takes little whatever was sent, and waits for nothing. */
  isShort: boolean;
  prepare: () => Promise<Prepared>;
};

/** @param record as the edge knows it */
export function workOf(env: Env, request: Request, received: Received, record: WebhookRecord): Work {
  const provider = providerOf(record);
  const bytes = received.body.byteLength;
  // Read in the request's own context, and once: each time the runtime makes another text of the address.
  const { method, url, headers } = request;
  const head = { method, url, headers };
  // Whenever it is prepared, and again: a right signature is not too old because it waited here.
  const now = Date.now();
  const prepare = async (): Promise<Prepared> => {
    // The record was made by a newer release, which knows more providers, or its scheme is one that is refused by now.
    const prepared =
      provider === undefined
        ? ({ kind: 'unavailable', cause: 'provider_unknown' } as const)
        : await verifyAndDescribe(env, head, received, record, provider, now);
    return prepared.kind === 'event' ? prepared : { kind: 'no_event', outcome: prepared };
  };
  return { bytes, isShort: provider === undefined || takesLittle(provider, headers, bytes), prepare };
}

/** A signature by public key takes a hundred times what an HMAC does, and may ask for a certificate; packed bodies become larger. */
const takesLittle = ({ scheme }: Provider, headers: Headers, bytes: number): boolean =>
  bytes <= LIMITS.SMALL_BODY_BYTES &&
  (scheme.alg === 'token' || scheme.alg.startsWith('hmac-')) &&
  !headers.has('content-encoding');

async function verifyAndDescribe(
  env: Env,
  head: Pick<Request, 'method' | 'url' | 'headers'>,
  { body, share }: Received,
  record: WebhookRecord,
  provider: Provider,
  now: number,
): Promise<{ kind: 'event'; request: AppendRequest } | Outcome> {
  const { scheme, handshake } = provider;
  const signed = signedRequest(env, head, body, record);
  const ping = answerUnsigned(handshake, signed, scheme);
  if (ping !== null) return handshakeOutcome(ping, record) ?? { kind: 'wrong_method' };

  const secrets = await inboundSecrets(env, record, now);
  if (!secrets.ok) return { kind: 'unavailable', cause: 'secret_unreadable' };
  const verified = await verifyPacked(provider, secrets.value, signed, record.id, now, share);
  if (!verified.ok) {
    const { reason, detail } = verified.error;
    return reason === 'unavailable'
      ? { kind: 'unavailable', cause: `verification: ${detail}` }
      : { kind: 'unverified', reason, detail };
  }
  const { match, request: posted } = verified.value;
  const { secretId, signed: message, body: parsed } = match;
  const secret = secrets.value.find(({ id }) => id === secretId)?.text ?? '';
  const answered = handshakeOutcome(await answerSigned(handshake, posted, parsed, secret), record);
  if (answered !== null) return answered;
  const query = queryOf(head.url);
  const event = await incomingEvent(provider, { headers: posted.headers, query, body: parsed }, message);
  return { kind: 'event', request: { version: record.version, secretId, event } };
}
