/**
 * `/v1/webhooks/{webhook_id}/…`: what an operator puts right by hand. A gap whose ids will not come is closed with a
 * note, an event fetched from the provider is added, everything about one entity is erased.
 */
import { type Context, Hono } from 'hono';
import { incomingEvent } from '../ingest/incoming-event';
import { signedRequest } from '../ingest/signed-request';
import type { FieldError } from '../input/field-errors';
import { LIMITS } from '../limits';
import type { IncomingEvent, ResolveResult } from '../log/contract';
import { objectOf } from '../log/stub';
import type { NotAdded } from '../numbering/added-by-hand';
import type { Provider } from '../providers/provider';
import { providerOf } from '../providers/registry';
import type { Result } from '../result';
import { signedMessage } from '../signature/signed-message';
import { ingestUrl } from '../subscriptions/view';
import type { WebhookRecord } from '../subscriptions/webhook';
import { readJson } from './body';
import { gapView, releaseView } from './event-views';
import { ask, findWebhook } from './manage';
import { type AddedEvent, parseAddedEvent, parseRedaction, parseResolution } from './operator-input';
import { type ApiError, problem } from './problem';

export const corrections = new Hono<{ Bindings: Env }>();

/** An event is given as text in JSON: every byte may take six characters. */
const MAX_EVENT_REQUEST_BYTES = 6 * LIMITS.MAX_BODY_BYTES + 64 * 1024;

/** What a request asks for, of an existing webhook. */
async function asked<T>(
  c: Context<{ Bindings: Env }>,
  parse: (given: unknown) => Result<T, FieldError[]>,
  maxBytes?: number,
) {
  const record = await findWebhook(c.env, c.req.param('webhook_id') ?? '');
  if (!record.ok) return record;
  const given = await readJson(c.req.raw, { maxBytes });
  if (!given.ok) return given;
  const input = parse(given.value);
  if (!input.ok) return { ok: false, error: { reason: 'invalid', errors: input.error } } as const;
  const object = objectOf(c.env, record.value.id);
  return { ok: true, value: { record: record.value, input: input.value, object } } as const;
}

corrections.post('/:webhook_id/gaps/resolve', async c => {
  const request = await asked(c, parseResolution);
  if (!request.ok) return problem(request.error);
  const { object, input } = request.value;
  const result = await ask(() => object.resolveGaps(input));
  if (!result.ok) return problem(result.error);
  if (result.value.kind !== 'ok') return problem(errorOf(result.value));
  return c.json({ count: result.value.count, gaps: result.value.gaps.map(gapView) });
});

function errorOf(result: Exclude<ResolveResult, { kind: 'ok' }>): ApiError {
  switch (result.kind) {
    case 'gone':
      return { reason: 'not_found', what: 'webhook' };
    case 'unnumbered':
      return { reason: 'conflict', detail: 'The provider does not number its events: there are no gaps.' };
    case 'unknown_epoch':
      return { reason: 'conflict', detail: 'There is no open epoch of this number.' };
    case 'merged':
      return {
        reason: 'conflict',
        detail: `Gaps were merged into ${result.from} to ${result.to}, which can only be closed as a whole.`,
      };
  }
}

corrections.post('/:webhook_id/events', async c => {
  const request = await asked(c, parseAddedEvent, MAX_EVENT_REQUEST_BYTES);
  if (!request.ok) return problem(request.error);
  const { object, record, input } = request.value;
  const provider = providerOf(record);
  if (provider === undefined) {
    return problem({ reason: 'conflict', detail: 'This gateway does not know the provider of the webhook.' });
  }
  const event = await eventOf(c.env, input, provider, record);
  const added = await ask(() => object.add(event));
  if (!added.ok) return problem(added.error);
  if (added.value.kind === 'not_added') return problem(notAdded(added.value.reason));
  const view = releaseView(added.value);
  return 'error' in view ? problem(view.error) : c.json(view.body);
});

function notAdded(reason: NotAdded): ApiError {
  switch (reason.why) {
    case 'taken': {
      const where = reason.sequence === null ? 'that was ignored' : `as sequence ${reason.sequence}`;
      return { reason: 'conflict', detail: `Another body is known with the id of this event, ${where}.` };
    }
    case 'too_old': {
      const detail = 'The increment id of this event was received too long ago to compare the bodies.';
      return { reason: 'conflict', detail };
    }
    case 'out_of_range': {
      const { highest } = reason;
      const detail =
        highest === null
          ? 'The provider has sent no increment id yet, so none can be missing.'
          : `An added event has an increment id of at most ${highest}: 1,000 above the highest that was received.`;
      return { reason: 'conflict', detail };
    }
  }
}

/** The event as the edge would hand it over, marked as unsigned. */
async function eventOf(
  env: Env,
  { body, headers, query }: AddedEvent,
  provider: Provider,
  record: WebhookRecord,
): Promise<IncomingEvent> {
  if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  const url = `${ingestUrl(env.PUBLIC_URL || 'https://gateway.invalid', record.id)}${query === '' ? '' : `?${query}`}`;
  const request = signedRequest(env, { method: 'POST', url, headers }, body, record);
  // Without the headers that were signed along, the body has to do.
  const signed = signedMessage(provider.scheme, request) ?? body;
  return { ...(await incomingEvent(provider, { headers, query, body }, signed)), bodySigned: false };
}

corrections.post('/:webhook_id/redact', async c => {
  const request = await asked(c, parseRedaction);
  if (!request.ok) return problem(request.error);
  const { object, input } = request.value;
  const redacted = await ask(() => object.redactEntity(input.entity_key, input.after));
  return redacted.ok ? c.json(redacted.value) : problem(redacted.error);
});
