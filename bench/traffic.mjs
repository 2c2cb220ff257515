/** Load and receivers in threads of their own, and the requests by which the bench sets up what it measures. */
import { Worker } from 'node:worker_threads';
import { SECRET } from './requests.mjs';
import { ADMIN_TOKEN } from './workerd.mjs';

/**
 * Sends `count` requests numbered from `from` on `connections` connections; with `rate` (per second), no faster.
 * Answers `{ seconds, accepted, rate, latency: { p50, p99, p999 } }`, times in ms; `ackedAt` takes the time of each ack.
 */
export async function sendLoad(options) {
  const thread = new Worker(new URL('./load-thread.mjs', import.meta.url));
  try {
    const result = await new Promise((resolve, reject) => {
      thread.on('message', resolve);
      thread.on('error', reject);
      thread.postMessage({ provider: 'shipstream', path: '/', from: 1, ...options });
    });
    if (Object.keys(result.failures).length > 0) {
      throw new Error(`refused while measured: ${JSON.stringify(result.failures)}`);
    }
    return result;
  } finally {
    await thread.terminate();
  }
}

/** A receiver of events numbered `from` … `from + count - 1`, by the header `numberedBy`. */
export async function startReceiver(options = {}) {
  const { delayMs = 0, hangs = false, numberedBy = 'gapless-increment-id', from = 1, count = 1 } = options;
  const thread = new Worker(new URL('./receiver-thread.mjs', import.meta.url));
  const arrivedAt = new SharedArrayBuffer(count * 8);
  const counts = new SharedArrayBuffer(8);
  const totals = new Int32Array(counts);
  const port = await new Promise((resolve, reject) => {
    thread.on('message', resolve);
    thread.on('error', reject);
    thread.postMessage({ delayMs, hangs, numberedBy, from, arrivedAt, counts });
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    arrivedAt: new Float64Array(arrivedAt),
    /** Requests, repeated ones too. */
    get requests() {
      return totals[0];
    },
    get distinct() {
      return totals[1];
    },
    /** Waits until `wanted` distinct events have come; false after `patienceMs`. */
    async reached(wanted, patienceMs) {
      for (const until = Date.now() + patienceMs; totals[1] < wanted; await sleep(5)) {
        if (Date.now() > until) return false;
      }
      return true;
    },
    stop: () => thread.terminate(),
  };
}

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

/** Creates a webhook and answers the path that its provider posts to. */
export async function createWebhook(port, settings = {}) {
  const response = await fetch(`http://127.0.0.1:${port}/v1/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ provider: 'shipstream', secret_key: SECRET, ...settings }),
  });
  if (!response.ok) throw new Error(`no webhook: ${await response.text()}`);
  const { webhook_id: id } = await response.json();
  return { id, path: `/in/${id}` };
}

/** Deletes a webhook, with all that it still has to do. */
export async function deleteWebhook(port, id) {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const response = await fetch(`http://127.0.0.1:${port}/v1/webhooks/${id}`, { method: 'DELETE', headers });
  if (!response.ok) throw new Error(`not deleted: ${await response.text()}`);
}

/** The sorted times between two moments of each event, as quantiles in ms. */
export function lagBetween(earlier, later) {
  const lags = Float64Array.from(later, (at, index) => at - earlier[index]).sort();
  const quantile = share => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))];
  return { p50: quantile(0.5), p99: quantile(0.99) };
}
