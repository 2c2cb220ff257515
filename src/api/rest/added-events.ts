/**
 * `POST /v1/webhooks/{webhook_id}/events`: an event that an operator fetched from the provider and vouches for. It fills its
 * gap, and is shown as not signed.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { incomingEvent } from '../../ingest/incoming-event';
import { signedRequest } from '../../ingest/signed-request';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { about, fieldsOf } from '../../input/fields';
import type { IncomingEvent } from '../../log/contract/append';
import type { NotAdded } from '../../numbering/added-by-hand';
import type { Provider } from '../../providers/provider';
import { providerOf } from '../../providers/registry';
import { err, ok, type Result } from '../../result';
import { ParsedBody } from '../../signature/parsed-body';
import { signedMessage } from '../../signature/signed-message';
import { ingestUrl } from '../../subscriptions/ingest-url';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { askedOf } from './addressed';
import { releaseView } from './events';
import { bytesGiven, givenHeaders, givenText, MAX_GIVEN_REQUEST_BYTES } from './given-request';

export const addedEvents = new Hono<{ Bindings: Env }>();

export const addedEventSchema = fieldsOf({
  body: about('The body as the provider would send it, as text.', givenText),
  body_base64: about('The same as bytes in base64, in the place of `body`.', givenText),
  headers: about('Headers that the provider would send: where it has topic or id there.', givenHeaders),
  query: about(
    'The query string that it would call with.',
    v.optional(v.pipe(v.string('must be text'), v.maxLength(4096, 'must be at most 4096 characters')), ''),
  ),
});

type AddedEvent = { body: Uint8Array; headers: Headers; query: string };

addedEvents.post('/:webhook_id/events', async c => {
  const request = await askedOf(c, parseAddedEvent, { maxBytes: MAX_GIVEN_REQUEST_BYTES });
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

function parseAddedEvent(given: unknown): Result<AddedEvent, FieldError[]> {
  const input = checked(addedEventSchema, given);
  if (!input.ok) return input;
  const { body, body_base64, headers, query } = input.value;
  if ((body === null) === (body_base64 === null)) {
    return err([{ path: '/body', message: 'is required, as text in body or as bytes in body_base64' }]);
  }
  const bytes = bytesGiven(body, body_base64);
  if (!bytes.ok) return bytes;
  return ok({ body: bytes.value, headers: new Headers(headers), query: query.replace(/^\?/, '') });
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
  // Where the scheme signs headers and they were not given, the fingerprint is made of the body alone.
  const signed = signedMessage(provider.scheme, request) ?? body;
  const verified = { headers, query, body: new ParsedBody(body) };
  return { ...(await incomingEvent(provider, verified, signed)), bodySigned: false };
}

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
