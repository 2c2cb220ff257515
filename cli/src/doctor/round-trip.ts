/** An event there and back: through a webhook that is made for it, to the gateway's own receiver, and deleted again. */
import { setTimeout as pause } from 'node:timers/promises';
import { forAWhile } from '../for-a-while';
import type { Gateway } from '../gateway/gateway';
import { eventFinding, type Finding, type RoundTrip } from './judge';
import type { SelfTest } from './self-test';
import { newSecret, signedHeaders } from './signed';

/** How long the delivery is waited for, and how often it is looked for. */
const PATIENCE_MS = 15_000;
const POLL_MS = 100;

/** The webhook has the name that `npm run verify-deployment` knows: it removes one that a killed run leaves behind. */
export async function eventThere(
  gateway: Gateway,
  { run, key, destination_secret }: SelfTest,
): Promise<Finding> {
  const secret = newSecret();
  const asked = gateway.ask('post', '/v1/webhooks', {
    body: {
      ...{ name: `self-test ${run}`, provider: 'standard-webhooks', secret_key: secret },
      destinations: [{ url: `${gateway.url}/self_test/receiver?key=${key}`, secret_key: destination_secret }],
    },
  });
  const there = async (): Promise<Finding> => {
    const made = await asked;
    if (!made.ok) {
      const { error } = made;
      const found =
        error.reason === 'refused'
          ? (error.problem.errors?.[0]?.message ?? error.problem.detail)
          : 'no answer';
      return { check: 'an event', verdict: 'look', found: `cannot be tried: ${found}` };
    }
    const { webhook_id, ingest_url } = made.value;
    const forged = await sent(ingest_url, newSecret());
    const accepted = await sent(ingest_url, secret);
    return eventFinding({ accepted, forged, ...(await delivered(gateway, webhook_id)) });
  };
  const remove = async () => {
    const made = await asked;
    if (!made.ok) return;
    const { webhook_id } = made.value;
    await gateway.ask('delete', '/v1/webhooks/{webhook_id}', { path: { webhook_id } });
  };
  return forAWhile(there, remove);
}

/** The status that the address answers with, to which providers send; 0 where nothing does. */
async function sent(url: string, secret: string): Promise<number> {
  const body = new TextEncoder().encode(JSON.stringify({ type: 'self-test', data: {} }));
  const headers = await signedHeaders(secret, body);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(url, { method: 'POST', headers, body, signal }).catch(() => null);
  return answer?.status ?? 0;
}

async function delivered(
  gateway: Gateway,
  webhook: number,
): Promise<Pick<RoundTrip, 'deliveredMs' | 'lastError'>> {
  const start = performance.now();
  let lastError: string | null = null;
  while (performance.now() - start < PATIENCE_MS) {
    const path = { webhook_id: webhook, sequence: 1 };
    const event = await gateway.ask('get', '/v1/webhooks/{webhook_id}/events/{sequence}', { path });
    if (event.ok && event.value.deliveries[0]?.delivery === 'delivered')
      return { deliveredMs: Math.round(performance.now() - start), lastError };
    const last = event.ok ? event.value.attempts.at(-1) : undefined;
    lastError = last?.error ?? lastError;
    await pause(POLL_MS);
  }
  return { deliveredMs: null, lastError };
}
