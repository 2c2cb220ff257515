/**
 * The way of one event through the deployment: a temporary webhook, whose destination is the gateway's own receiver, gets a signed
 * event and a forged one. The webhook is deleted again, whatever happens; one that an earlier run had to leave behind, too.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { until } from './until.mjs';

const NAME = /^self-test [0-9a-f]{16}$/;
/** Older than any run. */
const LEFT_BEHIND_MS = 10 * 60_000;
const DELIVERY_SECONDS = 20;
const RETRIES = { schedule_seconds: [1, 2, 4] };

/**
 * Answers what came of it: `{ ingestUrl, accepted, forged, ackMs, deliveredMs, attempts, lastError }`.
 * @param gateway as of ask.mjs
 * @param run what POST /v1/self_test answered
 * @param cleanups has a function that deletes the webhook, as long as there is one
 */
export async function roundTrip(gateway, run, cleanups) {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const receiver = `${gateway.url}/self_test/receiver?key=${run.key}`;
  const made = gateway.manage('POST', '/v1/webhooks', {
    name: `self-test ${run.run}`,
    provider: 'standard-webhooks',
    secret_key: secret,
    destinations: [
      { url: receiver, secret_key: run.destination_secret, timeout_seconds: 10, retry: RETRIES },
    ],
  });
  // There before the answer is: who is told to end meanwhile leaves no webhook either.
  const remove = async () => {
    const webhook = await made.catch(() => null);
    return webhook === null || deleted(gateway, `/v1/webhooks/${webhook.webhook_id}`);
  };
  cleanups.add(remove);
  try {
    const webhook = await made;
    return { ingestUrl: webhook.ingest_url, ...(await sent(gateway, webhook, secret)) };
  } finally {
    if (await remove()) cleanups.delete(remove);
  }
}

/** Sends both events, and waits until the true one is delivered. */
async function sent(gateway, { webhook_id: id }, secret) {
  const forged = await gateway.send(`/in/${id}`, signedEvent('whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBrZXk='));
  const answer = await gateway.send(`/in/${id}`, signedEvent(secret));
  const start = performance.now();
  const trip = { accepted: answer.status, forged: forged.status, ackMs: answer.ms };
  if (answer.json?.status !== 'accepted') return { ...trip, deliveredMs: null, attempts: 0, lastError: null };
  let event = null;
  const isOver = await until(DELIVERY_SECONDS, 0.2, async () => {
    event = await gateway.manage('GET', `/v1/webhooks/${id}/events/${answer.json.sequence}`);
    return ['delivered', 'dead'].includes(event.deliveries[0]?.delivery);
  });
  const [delivery] = event.deliveries;
  const last = event.attempts.at(-1);
  return {
    ...trip,
    deliveredMs: isOver && delivery.delivery === 'delivered' ? Math.round(performance.now() - start) : null,
    attempts: event.attempts.length,
    lastError: last?.outcome === 'failed' ? (last.http_status ?? last.error) : null,
  };
}

/** A request as Standard Webhooks signs it. */
function signedEvent(secret) {
  const body = JSON.stringify({ type: 'self-test', data: {} });
  const id = `msg_${randomBytes(16).toString('hex')}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': `${timestamp}`,
    'webhook-signature': `v1,${mac}`,
  };
  return { headers, body };
}

/** Whether the webhook is gone. Tries for a while: a gateway that just failed may answer again. */
function deleted(gateway, path) {
  return until(10, 1, async () => {
    try {
      await gateway.manage('DELETE', path);
    } catch {
      // Gone already, or not to be reached; the next line tells.
    }
    return isGone(gateway, path);
  });
}

async function isGone(gateway, path) {
  try {
    await gateway.manage('GET', path);
    return false;
  } catch (error) {
    return error.status === 404;
  }
}

/** Deletes the webhooks of earlier runs that were killed. Answers how many there were. */
export async function sweep(gateway) {
  let count = 0;
  for (let after = 0; after !== null; ) {
    const page = await gateway.manage('GET', `/v1/webhooks?limit=500&after=${after}`);
    for (const webhook of page.webhooks) {
      if (!isLeftBehind(webhook)) continue;
      count += (await deleted(gateway, `/v1/webhooks/${webhook.webhook_id}`)) ? 1 : 0;
    }
    after = page.next;
  }
  return count;
}

const isLeftBehind = ({ name, created_at: created, destinations }) =>
  NAME.test(name ?? '') &&
  Date.now() - Date.parse(created) > LEFT_BEHIND_MS &&
  destinations.every(({ url }) => url.includes('/self_test/receiver?'));
