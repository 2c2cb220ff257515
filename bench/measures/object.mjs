/**
 * How much of one thread a webhook's object takes per event, the edge left out: in production the edge runs elsewhere, so
 * this is the ceiling of one webhook. The same for a courier.
 *
 * Counted is the CPU time of a workerd that does nothing else. `called`: batches come by RPC; what making up the events takes is
 * subtracted, what the caller spends on copying them is not, so this is an upper bound. `inside`: the object makes the calls
 * itself, so nothing is copied: a lower bound. Deliveries go over the object's own six connections to a receiver, and to
 * couriers that answer at once.
 */
import { createWebhook, deleteWebhook, sleep, startReceiver } from '../traffic.mjs';
import { ADMIN_TOKEN, ALONE } from '../workerd.mjs';
import { cpuSeconds, median } from './readings.mjs';

const BATCHES = [1, 8, 32, 128];
const WARM_UP = 3000;
const PATIENCE_MS = 120_000;

/** `{ byBatch: [{ batch, accepted: { inside, called }, delivered: { inside, called } }], courier }`, all in ms of CPU per event. */
export async function measureObject(inFresh, { count, rounds }) {
  const byBatch = [];
  for (const batch of BATCHES) {
    const accepted = await inFresh(
      process => perEvent(process, { batch, count, rounds, delivers: false }),
      ALONE,
    );
    const delivered = await inFresh(
      process => perEvent(process, { batch, count, rounds, delivers: true }),
      ALONE,
    );
    byBatch.push({ batch, accepted, delivered });
  }
  return { byBatch, courier: await inFresh(process => courierAlone(process, { count, rounds }), ALONE) };
}

async function perEvent(process, { batch, count, rounds, delivers }) {
  const figures = { made: [], inside: [], called: [] };
  const receiver = await startReceiver({});
  try {
    const destinations = delivers ? [{ url: receiver.url, max_in_flight: 128 }] : [];
    const { id } = await createWebhook(process.ports.gapless, { destinations });
    let from = 1;
    const run = async (mode, events) => {
      const before = cpuSeconds(process.pid);
      await drive(process, id, { mode, from, count: events, batch });
      if (mode !== 'made') from += events;
      if (delivers && mode !== 'made') await allDelivered(process, id, from - 1);
      return ((cpuSeconds(process.pid) - before) * 1000) / events;
    };
    for (const mode of Object.keys(figures)) await run(mode, WARM_UP);
    for (let round = 0; round < rounds; round++) {
      for (const mode of Object.keys(figures)) figures[mode].push(await run(mode, count));
    }
    await deleteWebhook(process.ports.gapless, id);
  } finally {
    await receiver.stop();
  }
  const made = median(figures.made);
  return { made, inside: median(figures.inside) - made, called: median(figures.called) - made };
}

/** The courier gets what the object sent last, so an object has to send something first. */
async function courierAlone(process, { count, rounds }) {
  const receiver = await startReceiver({});
  try {
    const destinations = [{ url: receiver.url, max_in_flight: 128 }];
    const { id } = await createWebhook(process.ports.gapless, { destinations });
    await drive(process, id, { mode: 'called', from: 1, count: WARM_UP, batch: 128 });
    await allDelivered(process, id, WARM_UP);
    const seen = [];
    for (let round = 0; round <= rounds; round++) {
      const before = cpuSeconds(process.pid);
      await drive(process, id, { mode: 'courier', from: 1, count: Math.ceil(count / 24) * 24, batch: 24 });
      seen.push(((cpuSeconds(process.pid) - before) * 1000) / count);
    }
    return median(seen.slice(1));
  } finally {
    await receiver.stop();
  }
}

async function drive({ ports }, id, query) {
  const response = await fetch(`http://127.0.0.1:${ports.variant}/${id}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(`not driven: ${response.status} ${await response.text()}`);
}

/** Waits until the one destination has got `wanted` events. The few requests for that are in the figures. */
async function allDelivered({ ports }, id, wanted) {
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const response = await fetch(`http://127.0.0.1:${ports.gapless}/v1/webhooks/${id}/status`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const { destinations } = await response.json();
    if (destinations[0].delivered >= wanted) return;
    if (Date.now() > until) throw new Error(`delivered ${destinations[0].delivered} of ${wanted}`);
  }
}
