/**
 * `POST /in/{webhook_id}`: the path of an event from the provider to the log, step by step.
 *
 * Read the body (bounded) → find the webhook → verify → describe → append to the webhook's object → answer after its
 * commit. Stateless; the only state is the object's. Fails closed: whatever cannot be verified is not passed on, and
 * whatever cannot be stored is answered so that the provider sends it again.
 */
import type { Context } from 'hono';
import { passedHeaders } from '../delivery/passed-headers';
import { LIMITS } from '../limits';
import type { AppendRequest, AppendResult } from '../log/contract';
import { objectOf } from '../log/stub';
import { providerFor } from '../providers/registry';
import { err, ok, type Result } from '../result';
import { verify } from '../signature/verify';
import { forget, remember } from '../subscriptions/edge-cache';
import type { WebhookRecord } from '../subscriptions/webhook';
import { webhookIdOf } from '../subscriptions/webhook-id';
import { answer, type Outcome } from './answer';
import { findWebhook, inboundSecrets } from './find-webhook';
import { readBody } from './read-body';
import { noteRefusal } from './refusals';
import { newerRecord } from './second-look';

export async function ingest(c: Context<{ Bindings: Env }, '/in/:webhook_id'>): Promise<Response> {
  const { req, env } = c;
  if (req.method !== 'POST') return answer({ kind: 'method' });
  const id = webhookIdOf(req.param('webhook_id'));
  if (id === null) return answer({ kind: 'gone' });
  const found = await findWebhook(env, id, Date.now());
  if (!found.ok) return answer({ kind: 'unavailable' });
  if (found.value === null) return answer({ kind: 'gone' });
  const body = await readBody(req.raw, LIMITS.MAX_BODY_BYTES);
  const outcome: Outcome = body.ok ? await take(env, req.raw, body.value, found.value) : { kind: body.error };
  const bytes = body.ok ? body.value : new Uint8Array();
  const refused = { env, record: found.value, request: req.raw, body: bytes, outcome, now: Date.now() };
  c.executionCtx.waitUntil(noteRefusal(refused));
  return answer(outcome);
}

async function take(env: Env, request: Request, body: Uint8Array, record: WebhookRecord): Promise<Outcome> {
  let known = record;
  // A record that was out of date is replaced by the object's own; a few changes in a row are nothing to give up for.
  for (let look = 1; look <= 3; look++) {
    let prepared = await prepare(env, request, body, known);
    if (!prepared.ok && prepared.error.kind === 'unverified') {
      // The secret may have been rotated since this edge read it.
      const newer = await newerRecord(env, request, known, Date.now());
      if (newer === null) return prepared.error;
      known = newer;
      prepared = await prepare(env, request, body, known);
    }
    if (!prepared.ok) return prepared.error;
    const result = await append(env, known.id, prepared.value);
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

/** Verifies and describes: everything the object needs to judge the event. */
async function prepare(
  env: Env,
  request: Request,
  body: Uint8Array,
  record: WebhookRecord,
): Promise<Result<AppendRequest, { kind: 'unverified'; reason: string } | { kind: 'unavailable' }>> {
  const provider = providerFor(record.provider);
  // A record made by a newer release than this one.
  if (provider === undefined) return err({ kind: 'unavailable' });
  const secrets = await inboundSecrets(env, record, Date.now());
  if (!secrets.ok) {
    console.error({ event: 'secret_unreadable', webhook_id: record.id });
    return err({ kind: 'unavailable' });
  }
  const { headers } = request;
  const verified = await verify(provider.scheme, secrets.value, { headers, body }, Date.now());
  if (!verified.ok) {
    const { reason, detail } = verified.error;
    console.warn({ event: 'unverified', webhook_id: record.id, reason, detail, bytes: body.byteLength });
    return err({ kind: 'unverified', reason });
  }
  const query = new URL(request.url).search.slice(1);
  const description = provider.describe({ headers, query, body });
  return ok({
    version: record.version,
    secretId: verified.value.secretId,
    event: {
      ...description,
      fingerprint: new Uint8Array(await crypto.subtle.digest('SHA-256', body)),
      bodySigned: provider.scheme.bodySigned ?? true,
      headers: passedHeaders(headers),
      query,
      body,
    },
  });
}

/** Null when the object could not be reached or could not store the event. */
async function append(env: Env, id: number, request: AppendRequest): Promise<AppendResult | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      // A stub that threw is broken: every attempt gets its own.
      return await objectOf(env, id).append(request);
    } catch (error) {
      if (attempt < 2 && isRetryable(error)) continue;
      console.error({
        event: 'append_failed',
        webhook_id: id,
        name: error instanceof Error ? error.name : '',
      });
      return null;
    }
  }
}

/** The runtime marks errors after which another try is safe; appends are, because duplicates are recognised. */
function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const overloaded = 'overloaded' in error && error.overloaded === true;
  return 'retryable' in error && error.retryable === true && !overloaded;
}
