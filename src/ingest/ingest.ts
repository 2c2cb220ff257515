/**
 * `POST /in/{webhook_id}`: the path of an event from the provider to the log, step by step.
 *
 * Find the webhook → read the body (bounded) → verify → describe → append to the webhook's object → answer after its
 * commit. Whatever cannot be verified is not passed on. Whatever cannot be stored is answered so that the provider sends
 * it again.
 */
import { LIMITS } from '../limits';
import { objectOf } from '../log/stub';
import { MEMORY } from '../memory/budget';
import type { BodyShare } from '../memory/request-bytes';
import { providerOf } from '../providers/registry';
import { readBody } from '../read-body';
import { ok } from '../result';
import { forget, remember } from '../subscriptions/edge-cache';
import type { WebhookRecord } from '../subscriptions/webhook';
import { webhookIdOf } from '../subscriptions/webhook-id';
import { answer, type Outcome } from './answer';
import { answerBodiless, handshakeOutcome } from './answer-handshake';
import { answerLogged } from './answer-logged';
import { append } from './append';
import { findWebhook } from './find-webhook';
import { type Received, workOf } from './prepare';
import { newerRecord } from './recheck-record';
import { noteRefusal, refusalReason } from './refusals';
import { signedRequest } from './signed-request';

/** A webhook may be changed while an event is on its way. More changes in a row than this are answered 503. */
const MAX_RECORDS_TRIED = 3;

/** What keeps a request alive that has been answered, or whose sender has gone. */
type Context = Pick<ExecutionContext, 'waitUntil'>;

/** Answers a request to an ingest address. `webhookId` as it stands in the address. */
export async function ingest(
  request: Request,
  env: Env,
  context: Context,
  webhookId: string,
): Promise<Response> {
  const { method } = request;
  const isBodiless = method === 'GET' || method === 'HEAD';
  if (method !== 'POST' && !isBodiless) return answer({ kind: 'wrong_method' });
  const id = webhookIdOf(webhookId);
  const found = id === null ? ok(null) : await findWebhook(env, request, id, Date.now());
  if (!found.ok) return answerLogged({ kind: 'unavailable', ...found.error }, id, 0);
  if (isBodiless) return answerLogged(await bodilessOutcome(env, context, request, found.value), id, 0);
  if (found.value === null) return answer({ kind: 'gone' });
  const share = MEMORY.requests.share();
  try {
    return await receive(env, context, request, found.value, share);
  } finally {
    share.end();
  }
}

/** @param share what the request holds of the isolate's memory */
async function receive(
  env: Env,
  context: Context,
  request: Request,
  record: WebhookRecord,
  share: BodyShare,
): Promise<Response> {
  const body = await readBody(request, share, LIMITS.MAX_BODY_BYTES, LIMITS.MAX_DRAINED_BYTES);
  const outcome: Outcome = body.ok
    ? await verifyAndAppend(env, context, request, { body: body.value, share }, record)
    : { kind: body.error };
  const bytes = body.ok ? body.value : new Uint8Array();
  const reason = refusalReason(outcome);
  if (reason !== null) {
    const refused = { env, record, request, body: bytes, outcome, now: Date.now() };
    context.waitUntil(noteRefusal(refused, reason));
  }
  return answerLogged(outcome, record.id, bytes.byteLength);
}

/**
 * A GET or a HEAD is a handshake where the webhook's provider asks so. Elsewhere it is the wrong method, whether there is such
 * a webhook or not.
 */
async function bodilessOutcome(
  env: Env,
  context: Context,
  request: Request,
  record: WebhookRecord | null,
): Promise<Outcome> {
  if (record === null) return { kind: 'wrong_method' };
  const outcome = await bodilessOutcomeBy(env, request, record);
  if (outcome.kind === 'handshake') return outcome;
  // The webhook may have been changed, or made again, since this edge read its record.
  const newer = await newerRecord(env, context, request, record, Date.now());
  return newer === null ? outcome : bodilessOutcomeBy(env, request, newer);
}

async function bodilessOutcomeBy(env: Env, request: Request, record: WebhookRecord): Promise<Outcome> {
  const handshake = providerOf(record)?.handshake ?? null;
  if (handshake === null) return { kind: 'wrong_method' };
  const signed = signedRequest(env, request, new Uint8Array(), record);
  return handshakeOutcome(await answerBodiless(handshake, signed), record) ?? { kind: 'wrong_method' };
}

/** Verifies with the record at hand, and again with a newer one where the object has one. */
async function verifyAndAppend(
  env: Env,
  context: Context,
  request: Request,
  received: Received,
  record: WebhookRecord,
): Promise<Outcome> {
  const object = () => objectOf(env, record);
  const waitUntil = (promise: Promise<unknown>) => context.waitUntil(promise);
  let known = record;
  for (let attempt = 1; attempt <= MAX_RECORDS_TRIED; attempt++) {
    const result = await append(object, waitUntil, known.id, workOf(env, request, received, known));
    if (result === null) return { kind: 'unavailable', cause: 'append_failed' };
    switch (result.kind) {
      case 'no_event': {
        // The secret may have been rotated, or the webhook made again, since this edge read its record.
        const { outcome } = result;
        const newer = mayBeOutOfDate(outcome)
          ? await newerRecord(env, context, request, known, Date.now())
          : null;
        if (newer === null) return outcome;
        known = newer;
        break;
      }
      case 'stale':
        // The edge's record was out of date: the object answers with its own.
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
  return { kind: 'unavailable', cause: 'record_keeps_changing' };
}

/**
 * Whether a newer record could lead to another outcome. What the object judges by its own record (an event) is not here;
 * handshakes are judged at the edge alone.
 */
const mayBeOutOfDate = ({ kind }: Outcome): boolean =>
  kind === 'unverified' || kind === 'inactive' || kind === 'handshake_refused';
