/** The highest rate at which one receiver gets what is accepted, and how long after its ack an event arrives. */
import { createWebhook, deleteWebhook, lagBetween, sendLoad, startReceiver } from '../traffic.mjs';
import { cpuSeconds, median } from './readings.mjs';

const CONNECTIONS = 128;
/** Delivery keeps up when, at the end of the load, fewer events are undelivered than arrive in this time. */
const BEHIND_SECONDS = 0.25;
/** Steps of the search: the last one is a sixteenth of the span, 2.5 per cent of the rate. */
const STEPS = 5;
/** A destination first gets events at the same rate, because the gateway raises what it sends at once step by step. */
const WARM_UP_SECONDS = 1;

/**
 * Offers events at a rate for `seconds`, searching for the highest rate at which delivery keeps up. The floor is
 * measured before and after; `ratio` is to their median.
 */
export async function measureDelivery(gateway, { delayMs, seconds, count }) {
  const { ports } = gateway;
  const floors = [(await sendLoad({ port: ports.floor, count, connections: CONNECTIONS })).rate];
  const flood = await offer(gateway, { delayMs, count });
  let [low, high] = [flood.throughput * 0.6, flood.throughput * 1.4];
  let best = null;
  for (let step = 0; step < STEPS; step++) {
    const rate = (low + high) / 2;
    const run = await offer(gateway, { delayMs, rate, count: Math.ceil(rate * seconds) });
    if (run.keptUp) {
      best = { rate, ...run };
      low = rate;
    } else high = rate;
    floors.push((await sendLoad({ port: ports.floor, count, connections: CONNECTIONS })).rate);
  }
  const floor = median(floors);
  const rate = best?.rate ?? 0;
  const { throughput, cpuMs } = flood;
  const twoThirds = best === null ? null : (rate * 2) / 3;
  const calm =
    twoThirds === null
      ? null
      : await offer(gateway, { delayMs, rate: twoThirds, count: Math.ceil(twoThirds * seconds) });
  return {
    ...{ floor, rate, ratio: rate / floor, flood: throughput, cpuMs },
    ...{ lag: best?.lag ?? null, twoThirds, calmLag: calm?.lag ?? null },
  };
}

async function offer({ ports, pid }, { delayMs, rate, count }) {
  const before = Math.ceil((rate ?? 500) * WARM_UP_SECONDS);
  const receiver = await startReceiver({ delayMs, count: before + count });
  try {
    const destinations = [{ url: receiver.url, max_in_flight: 128 }];
    const port = ports.gapless;
    const { id, path } = await createWebhook(port, { destinations });
    await sendLoad({ port, path, count: before, connections: CONNECTIONS, rate });
    if (!(await receiver.reached(before, 60_000))) throw new Error('not everything was delivered');
    const ackedAt = new SharedArrayBuffer(count * 8);
    const startedAt = Date.now();
    const cpuBefore = cpuSeconds(pid);
    const from = before + 1;
    const load = await sendLoad({ port, path, from, count, connections: CONNECTIONS, rate, ackedAt });
    const behind = before + count - receiver.distinct;
    if (!(await receiver.reached(before + count, 60_000))) throw new Error('not everything was delivered');
    const throughput = (count * 1000) / (Date.now() - startedAt);
    const cpuMs = ((cpuSeconds(pid) - cpuBefore) * 1000) / count;
    await deleteWebhook(port, id);
    const offered = rate === undefined || load.rate >= rate * 0.95;
    const keptUp = offered && behind <= (rate ?? 0) * BEHIND_SECONDS;
    const lag = lagBetween(new Float64Array(ackedAt), receiver.arrivedAt.subarray(before));
    return { throughput, keptUp, cpuMs, lag };
  } finally {
    await receiver.stop();
  }
}
