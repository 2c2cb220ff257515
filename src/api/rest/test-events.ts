/**
 * `POST /v1/webhooks/{webhook_id}/test`: a sample of the provider, signed with the webhook's secret, through the real
 * path, as if the provider had sent it to the ingest address. It is stored and forwarded like any event.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { ingest } from '../../ingest/ingest';
import { checked } from '../../input/checked';
import { about, fieldsOf, text, wholeNumber } from '../../input/fields';
import { LIMITS } from '../../limits';
import { topicWarning } from '../../subscriptions/topic-warnings';
import { problem } from '../problem';
import { sampleOf } from '../provider-sample';
import { askedOf } from './addressed';

export const testEvents = new Hono<{ Bindings: Env }>();

export const testSchema = fieldsOf({
  topic: about(
    "The topic of the sample. Null: the provider's own test event, or a usual one.",
    v.nullish(text(LIMITS.MAX_TOPIC_BYTES), null),
  ),
  increment_id: about(
    'Its number, one that the provider will never send. Null: none.',
    v.nullish(wholeNumber(1, Number.MAX_SAFE_INTEGER), null),
  ),
});

testEvents.post('/:webhook_id/test', async c => {
  const request = await askedOf(c, given => checked(testSchema, given), { whenEmpty: {} });
  if (!request.ok) return problem(request.error);
  const { record, input } = request.value;
  const made = await sampleOf(c.env, c.req.raw, record, {
    topic: input.topic,
    incrementId: input.increment_id,
  });
  if (!made.ok) return problem(made.error);
  const { sample, address } = made.value;
  const sent = new Request(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sample.headers },
    body: sample.body,
  });
  const response = await ingest(sent, c.env, c.executionCtx, String(record.id));
  return c.json({
    ...{ topic: sample.topic, http_status: response.status, answer: await response.json() },
    warnings: topicWarning(input.topic, record.provider),
  });
});
