/**
 * `POST /v1/webhooks/{webhook_id}/destinations/{destination_id}/test`: sends a sample, or a body of one's own, to one destination as a
 * delivery would come, and answers with what the receiver said. Nothing of it is stored, except who asked for it.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { isPassed, passedHeaders } from '../../delivery/passed-headers';
import { checked } from '../../input/checked';
import type { FieldError } from '../../input/field-errors';
import { about, fieldsOf, text } from '../../input/fields';
import { formatPointer } from '../../json/pointer';
import { LIMITS } from '../../limits';
import type { DestinationTest, DestinationTestResult } from '../../log/contract/destination-test';
import { err, ok, type Result } from '../../result';
import { topicWarning } from '../../subscriptions/topic-warnings';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { sampleOf } from '../provider-sample';
import { askedOf, destinationOf } from './addressed';
import { bytesGiven, givenHeaders, givenText, MAX_GIVEN_REQUEST_BYTES } from './given-request';

export const destinationTests = new Hono<{ Bindings: Env }>();

export const destinationTestSchema = fieldsOf({
  topic: about(
    "The topic of the sample; with a body of your own what `ce-type` says. Null: the provider's own test event, or a usual one.",
    v.nullish(text(LIMITS.MAX_TOPIC_BYTES), null),
  ),
  body: about('A body of your own, as text. Null: a sample of the provider.', givenText),
  body_base64: about('The same as bytes in base64, in the place of `body`.', givenText),
  headers: about(
    'Headers that the provider would send, besides those of the sample. As with an event, some do not pass: `authorization`, `cookie`.',
    givenHeaders,
  ),
});

const NOT_PASSED =
  "was not sent, as such a header of a provider's request does not pass; what the destination needs is in its extra_headers";

/** `body` is null for a sample. */
type TestWish = { topic: string | null; body: Uint8Array | null; headers: Record<string, string> };

destinationTests.post('/:webhook_id/destinations/:destination_id/test', async c => {
  const request = await askedOf(c, parseTest, { whenEmpty: {}, maxBytes: MAX_GIVEN_REQUEST_BYTES });
  if (!request.ok) return problem(request.error);
  const { record, object, input } = request.value;
  const destination = destinationOf(record, c.req.param('destination_id'));
  if (!destination.ok) return problem(destination.error);
  const test = await testOf(c.env, c.req.raw, record, input);
  if (!test.ok) return problem(test.error);
  const result = await ask(() => object.testDestination(destination.value.id, test.value));
  if (!result.ok) return problem(result.error);
  if (result.value.kind !== 'ok') return problem(errorOf(result.value));
  const { outcome, status, durationMs, error, connectionError, answer, sentHeaders } = result.value.attempt;
  return c.json({
    ...{ topic: test.value.topic, outcome, http_status: status, duration_ms: durationMs },
    ...{ error, connection_error: connectionError, answer, sent_headers: sentHeaders },
    warnings: warningsOf(input, record),
  });
});

function parseTest(given: unknown): Result<TestWish, FieldError[]> {
  const input = checked(destinationTestSchema, given);
  if (!input.ok) return input;
  const { topic, body, body_base64: base64, headers } = input.value;
  if (body === null && base64 === null) return ok({ topic, body: null, headers });
  if (body !== null && base64 !== null) {
    return err([{ path: '/body_base64', message: 'must be left out where there is a body' }]);
  }
  const bytes = bytesGiven(body, base64);
  return bytes.ok ? ok({ topic, body: bytes.value, headers }) : bytes;
}

/** A topic that the provider is not known to have, and headers that do not pass. */
const warningsOf = ({ topic, headers }: TestWish, { provider }: WebhookRecord): FieldError[] => [
  ...topicWarning(topic, provider),
  ...Object.keys(headers)
    .filter(name => !isPassed(name))
    .map(name => ({ path: formatPointer(['headers', name]), message: NOT_PASSED })),
];

async function testOf(
  env: Env,
  request: Request,
  record: WebhookRecord,
  { topic, body, headers: given }: TestWish,
): Promise<Result<DestinationTest, ApiError>> {
  const headers = new Headers({ 'content-type': 'application/json' });
  const set = (more: Record<string, string>) => {
    for (const [name, value] of Object.entries(more)) headers.set(name, value);
  };
  const testId = crypto.getRandomValues(new Uint8Array(8)).toHex();
  if (body !== null) {
    set(given);
    return ok({ testId, topic: topic ?? '', headers: passedHeaders(headers), query: '', body });
  }
  const made = await sampleOf(env, request, record, { topic, incrementId: null });
  if (!made.ok) {
    if (made.error.reason !== 'conflict') return made;
    return err({ ...made.error, detail: `${made.error.detail} Give a body of your own.` });
  }
  const { sample } = made.value;
  set(sample.headers);
  set(given);
  return ok({
    ...{ testId, topic: sample.topic, headers: passedHeaders(headers), query: sample.query },
    body: new TextEncoder().encode(sample.body),
  });
}

function errorOf(result: Exclude<DestinationTestResult, { kind: 'ok' }>): ApiError {
  switch (result.kind) {
    case 'gone':
      return { reason: 'not_found', what: 'webhook' };
    case 'unknown_destination':
      return { reason: 'not_found', what: 'destination' };
    case 'unreadable_secret':
      return { reason: 'unreadable_secret' };
    case 'busy':
      return { reason: 'unavailable', cause: 'no_connection' };
  }
}
