/**
 * `POST /v1/webhooks/{webhook_id}/test`: a sample of the provider, signed with the webhook's secret, through the real
 * path, as if the provider had sent it to the ingest address. It is stored and forwarded like any event.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { ingest } from '../../ingest/ingest';
import { signedRequest } from '../../ingest/signed-request';
import { checked } from '../../input/checked';
import { about, fieldsOf, text, wholeNumber } from '../../input/fields';
import { LIMITS } from '../../limits';
import { plainSample } from '../../providers/plain-sample';
import { providerOf } from '../../providers/registry';
import { SAMPLES } from '../../providers/samples';
import { ingestUrl } from '../../subscriptions/ingest-url';
import { open, purpose } from '../../subscriptions/sealing';
import { publicBase, sealingKeys } from '../deployment';
import { problem } from '../problem';
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
  const provider = providerOf(record);
  if (provider === undefined) {
    return problem({ reason: 'conflict', detail: 'This gateway does not know the provider of the webhook.' });
  }
  const keys = await sealingKeys(c.env);
  if (!keys.ok) return problem(keys.error);
  const secret = await open(keys.value, purpose.inbound(record.id), record.secrets[0]?.sealed ?? '');
  if (!secret.ok) return problem({ reason: 'unreadable_secret' });

  const address = new URL(ingestUrl(publicBase(c.env, c.req.raw), record.id));
  const target = (query: string) => `${address.origin}/in/${record.id}${query === '' ? '' : `?${query}`}`;
  const asked = {
    topic: input.topic,
    incrementId: input.increment_id,
    secret: secret.value,
    now: Date.now(),
    nonce: crypto.getRandomValues(new Uint8Array(8)).toHex(),
  };
  const sampleOf = SAMPLES.get(record.provider);
  const sample =
    sampleOf === undefined
      ? await plainSample(provider, asked, ({ headers, query, body }) =>
          signedRequest(c.env, { method: 'POST', url: target(query), headers }, body, record),
        )
      : await sampleOf(asked);
  if (sample === null) {
    const why = provider.scheme.alg.startsWith('hmac-')
      ? 'its signature stands in the body, or names what it covers'
      : 'nobody but the provider has the key';
    const detail = `There are no samples of ${provider.title}: ${why}.`;
    return problem({ reason: 'conflict', detail });
  }
  const sent = new Request(target(sample.query), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sample.headers },
    body: sample.body,
  });
  const response = await ingest(sent, c.env, c.executionCtx, String(record.id));
  return c.json({ topic: sample.topic, http_status: response.status, answer: await response.json() });
});
