/** What an event costs on the network: rows, alarms, requests and time awake, from metered processes. */

import { createWebhook, sendLoad, sleep, startReceiver } from '../traffic.mjs';
import { METERED, startWorkerd } from '../workerd.mjs';
import { meter } from './readings.mjs';

/**
 * Per event and provider: `{ written, read, alarmsSet, alarmRuns, calls, awakeMs }` where the next event comes when the
 * last one was delivered (`sequential`) and under load. `written` counts every alarm set: it is billed as a row.
 */
export async function measureRows(directory, { sequential, load }) {
  const figures = {};
  for (const provider of ['shipstream', 'apideck']) {
    const process = await startWorkerd(directory, `rows-${provider}`, { variant: METERED });
    const run = options => perEvent(process, { provider, ...options });
    figures[provider] = {
      sequential: await run({ count: sequential, spacing: 'delivered' }),
      load: await run({ count: load }),
    };
    await process.stop();
  }
  return figures;
}

/** The same for events that come every `intervalMs`, also beside a receiver that hangs; in parallel. */
export async function measureTrickles(directory, trickles) {
  const measured = trickles.map(async ({ name, provider, intervalMs, count, hung }) => {
    const process = await startWorkerd(directory, `trickle-${name.replaceAll(/\W+/g, '-')}`, {
      variant: METERED,
    });
    const figures = await perEvent(process, { provider, count, spacing: intervalMs, hung });
    await process.stop();
    return [name, { intervalMs, ...figures }];
  });
  return Object.fromEntries(await Promise.all(measured));
}

async function perEvent({ ports }, { provider, count, spacing, hung = false }) {
  const receiver = await startReceiver({ count: count + 1 });
  const silent = await startReceiver({ hangs: true });
  try {
    const destinations = [receiver.url, ...(hung ? [silent.url] : [])].map(url => ({
      url,
      max_in_flight: 128,
    }));
    const { path } = await createWebhook(ports.gapless, { provider, destinations });
    const send = options =>
      sendLoad({ port: ports.gapless, path, provider, connections: 1, count: 1, ...options });
    // The first event makes the day's tables, which the day's events share.
    await send({ from: 1 });
    await sleep(hung ? 20_000 : 1000);
    const before = await meter(ports.variant);
    if (spacing === undefined) await send({ from: 2, count, connections: 128 });
    else {
      for (let index = 0; index < count; index++) {
        const startedAt = Date.now();
        await send({ from: index + 2 });
        if (spacing === 'delivered') while (receiver.requests < index + 2) await sleep(1);
        else await sleep(startedAt + spacing - Date.now());
      }
    }
    while (receiver.requests < count + 1) await sleep(5);
    await sleep(1000);
    const after = await meter(ports.variant);
    const perOne = Object.entries(after).map(([name, value]) => [name, (value - before[name]) / count]);
    const figures = Object.fromEntries(perOne);
    return { ...figures, written: figures.written + figures.alarmsSet };
  } finally {
    await Promise.all([receiver.stop(), silent.stop()]);
  }
}
