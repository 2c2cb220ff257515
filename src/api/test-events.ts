/**
 * `POST /v1/webhooks/{webhook_id}/test`: a sample of the provider, signed with the webhook's secret, through the real
 * path, as if the provider had sent it to the ingest address. It is stored and forwarded like any event.
 */
import { Hono } from 'hono';
import { ingest } from '../ingest/ingest';
import { signedRequest } from '../ingest/signed-request';
import { plainSample } from '../providers/plain-sample';
import { providerOf } from '../providers/registry';
import { SAMPLES } from '../providers/samples';
import { open, purpose } from '../subscriptions/sealing';
import { ingestUrl } from '../subscriptions/view';
import { readJson } from './body';
import { publicBase, sealingKeys } from './deployment';
import { findWebhook } from './manage';
import { parseTest } from './operator-input';
import { problem } from './problem';

export const testEvents = new Hono<{ Bindings: Env }>();

testEvents.post('/:webhook_id/test', async c => {
  const found = await findWebhook(c.env, c.req.param('webhook_id'));
  if (!found.ok) return problem(found.error);
  const record = found.value;
  const given = await readJson(c.req.raw, { whenEmpty: {} });
  if (!given.ok) return problem(given.error);
  const wish = parseTest(given.value);
  if (!wish.ok) return problem({ reason: 'invalid', errors: wish.error });
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
    topic: wish.value.topic,
    incrementId: wish.value.increment_id,
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
  const request = new Request(target(sample.query), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sample.headers },
    body: sample.body,
  });
  const response = await ingest(request, c.env, c.executionCtx, String(record.id));
  return c.json({ topic: sample.topic, status: response.status, answer: await response.json() });
});
