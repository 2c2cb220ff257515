/** What ten hung destinations do to a healthy one beside them. */
import { createWebhook, deleteWebhook, lagBetween, sendLoad, startReceiver } from '../traffic.mjs';

const HUNG = 10;
/** Well below what the machine can do, so that a delay is not the effect of load. */
const EVENTS_PER_SECOND = 50;

/** Time from ack to delivery, alone and beside the hung, in turn; of each the round with the median p99. */
export async function measureIsolation({ ports }, { count, rounds }) {
  const [alone, beside] = [[], []];
  for (let round = 0; round < rounds; round++) {
    alone.push(await lags(ports.gapless, count, 0));
    beside.push(await lags(ports.gapless, count, HUNG));
  }
  const middle = runs => runs.sort((a, b) => a.p99 - b.p99)[Math.floor(runs.length / 2)];
  const [without, withHung] = [middle(alone), middle(beside)];
  return { alone: without, beside: withHung, ratio: withHung.p99 / without.p99 };
}

async function lags(port, count, hung) {
  const healthy = await startReceiver({ count });
  const silent = await startReceiver({ hangs: true });
  try {
    const urls = [healthy.url, ...Array.from({ length: hung }, (_, index) => `${silent.url}${index}`)];
    const { id, path } = await createWebhook(port, { destinations: urls.map(url => ({ url })) });
    const ackedAt = new SharedArrayBuffer(count * 8);
    await sendLoad({ port, path, count, connections: 8, rate: EVENTS_PER_SECOND, ackedAt });
    if (!(await healthy.reached(count, 30_000))) throw new Error('the healthy destination was not served');
    // Otherwise its retries to the hung destinations would run during the next round.
    await deleteWebhook(port, id);
    return lagBetween(new Float64Array(ackedAt), healthy.arrivedAt);
  } finally {
    await Promise.all([healthy.stop(), silent.stop()]);
  }
}
