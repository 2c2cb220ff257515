/**
 * `POST /in/{webhook_id}`: the path of an event from the provider to the log, step by step.
 *
 * Read the body (bounded) → find the webhook → verify → describe → append to the webhook's object → answer after its
 * commit. Stateless; the only state is the object's. Fails closed: whatever cannot be verified is not passed on, and
 * whatever cannot be stored is answered so that the provider sends it again.
 */
import { LIMITS } from '../limits';
import type { AppendRequest } from '../log/contract/append';
import { objectOf } from '../log/stub';
import { providerOf } from '../providers/registry';
import { readBody } from '../read-body';
import { ok } from '../result';
import { queryOf } from '../signature/address';
import { forget, remember } from '../subscriptions/edge-cache';
import type { WebhookRecord } from '../subscriptions/webhook';
import { webhookIdOf } from '../subscriptions/webhook-id';
import { answer, type Outcome } from './answer';
import { type Greeted, greetGet, greetSigned, greetUnsigned } from './answer-handshake';
import { append } from './append';
import { findWebhook, inboundSecrets } from './find-webhook';
import { incomingEvent } from './incoming-event';
import { newerRecord } from './recheck-record';
import { noteRefusal, refusalReason } from './refusals';
import { signedRequest } from './signed-request';
import { verifyInbound } from './verify-inbound';

/** `webhookId` as it stands in the address. */
export async function ingest(
  request: Request,
  env: Env,
  context: Pick<ExecutionContext, 'waitUntil'>,
  webhookId: string,
): Promise<Response> {
  const { method } = request;
  if (method !== 'POST' && method !== 'GET') return answer({ kind: 'method' });
  const id = webhookIdOf(webhookId);
  const found = id === null ? ok(null) : await findWebhook(env, id, Date.now());
  if (method === 'GET') return answer(await greeted(env, request, found.ok ? found.value : null));
  if (!found.ok) return answer({ kind: 'unavailable' });
  if (found.value === null) return answer({ kind: 'gone' });
  const body = await readBody(request, LIMITS.MAX_BODY_BYTES, LIMITS.MAX_DRAINED_BYTES);
  const outcome: Outcome = body.ok
    ? await take(env, context, request, body.value, found.value)
    : { kind: body.error };
  const reason = refusalReason(outcome);
  if (reason !== null) {
    const bytes = body.ok ? body.value : new Uint8Array();
    const refused = { env, record: found.value, request, body: bytes, outcome, now: Date.now() };
    context.waitUntil(noteRefusal(refused, reason));
  }
  return answer(outcome);
}

/** A GET is a handshake, where the provider has one; everywhere else it is the wrong method, known webhook or not. */
async function greeted(env: Env, request: Request, record: WebhookRecord | null): Promise<Outcome> {
  const handshake = record === null ? null : (providerOf(record)?.handshake ?? null);
  if (record === null || handshake === null) return { kind: 'method' };
  const signed = signedRequest(env, request, new Uint8Array(), record);
  return outcomeOf(await greetGet(handshake, signed), record) ?? { kind: 'method' };
}

/** Null where the request is no handshake. */
function outcomeOf(greeted: Greeted, record: WebhookRecord): Outcome | null {
  if (greeted === null) return null;
  if (!record.isActive) return { kind: 'inactive' };
  if (greeted.kind === 'refused') {
    console.warn({ event: 'handshake_refused', webhook_id: record.id, detail: greeted.why });
  }
  return greeted;
}

async function take(
  env: Env,
  context: Pick<ExecutionContext, 'waitUntil'>,
  request: Request,
  body: Uint8Array,
  record: WebhookRecord,
): Promise<Outcome> {
  const object = () => objectOf(env, record.id);
  const waitUntil = (promise: Promise<unknown>) => context.waitUntil(promise);
  let known = record;
  // A record that was out of date is replaced by the object's own; a few changes in a row are nothing to give up for.
  for (let look = 1; look <= 3; look++) {
    let prepared = await prepare(env, request, body, known);
    if (prepared.kind === 'unverified') {
      // The secret may have been rotated since this edge read it.
      const newer = await newerRecord(env, request, known, Date.now());
      if (newer === null) return prepared;
      known = newer;
      prepared = await prepare(env, request, body, known);
    }
    if (prepared.kind !== 'event') return prepared;
    const result = await append(object, waitUntil, known.id, prepared.request);
    if (result === null) return { kind: 'unavailable' };
    switch (result.kind) {
      case 'stale':
        known = remember(result.record, Date.now());
        break;
      case 'revoked':
        return { kind: 'unverified', reason: 'revoked' };
      case 'gone':
        forget(known.id);
        return result;
      default:
        return result;
    }
  }
  return { kind: 'unavailable' };
}

/** Verifies and describes: everything the object needs to judge the event, or the outcome where there is none. */
async function prepare(
  env: Env,
  request: Request,
  body: Uint8Array,
  record: WebhookRecord,
): Promise<{ kind: 'event'; request: AppendRequest } | Outcome> {
  const provider = providerOf(record);
  // A record made by a newer release than this one.
  if (provider === undefined) return { kind: 'unavailable' };
  const { scheme, handshake } = provider;
  const signed = signedRequest(env, request, body, record);
  const ping = greetUnsigned(handshake, signed, scheme);
  if (ping !== null) return outcomeOf(ping, record) ?? { kind: 'method' };

  const secrets = await inboundSecrets(env, record, Date.now());
  if (!secrets.ok) {
    console.error({ event: 'secret_unreadable', webhook_id: record.id });
    return { kind: 'unavailable' };
  }
  const verified = await verifyInbound(provider, secrets.value, signed, record.id, Date.now());
  if (!verified.ok) {
    const { reason, detail } = verified.error;
    console.warn({ event: 'unverified', webhook_id: record.id, reason, detail, bytes: body.byteLength });
    return reason === 'unavailable' ? { kind: 'unavailable' } : { kind: 'unverified', reason };
  }
  const { secretId } = verified.value;
  const secret = secrets.value.find(({ id }) => id === secretId)?.text ?? '';
  const greeting = outcomeOf(await greetSigned(handshake, signed, secret), record);
  if (greeting !== null) return greeting;
  const { headers, url } = request;
  const event = await incomingEvent(provider, { headers, query: queryOf(url), body }, verified.value.signed);
  return { kind: 'event', request: { version: record.version, secretId, event } };
}
