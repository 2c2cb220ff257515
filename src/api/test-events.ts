/**
 * `POST /v1/webhooks/{webhook_id}/test`: a sample of the provider, signed with the webhook's secret, through the real
 * path, as if the provider had sent it to the ingest address. It is stored and forwarded like any event.
 */
import { Hono } from 'hono';
import { ingest } from '../ingest/ingest';
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
  const sampleOf = SAMPLES.get(record.provider);
  if (sampleOf === undefined) {
    const detail = `There are samples of ${[...SAMPLES.keys()].join(', ')} only.`;
    return problem({ reason: 'conflict', detail });
  }
  const keys = await sealingKeys(c.env);
  if (!keys.ok) return problem(keys.error);
  const secret = await open(keys.value, purpose.inbound(record.id), record.secrets[0]?.sealed ?? '');
  if (!secret.ok) return problem({ reason: 'unreadable_secret' });

  const sample = await sampleOf({
    topic: wish.value.topic,
    incrementId: wish.value.increment_id,
    secret: secret.value,
    now: Date.now(),
    nonce: crypto.getRandomValues(new Uint8Array(8)).toHex(),
  });
  const address = new URL(ingestUrl(publicBase(c.env, c.req.raw), record.id));
  const request = new Request(
    `${address.origin}/in/${record.id}${sample.query === '' ? '' : `?${sample.query}`}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sample.headers },
      body: sample.body,
    },
  );
  const response = await ingest(request, c.env, c.executionCtx, String(record.id));
  return c.json({ topic: sample.topic, status: response.status, answer: await response.json() });
});
