/** What an event costs on the network: rows, alarms, requests and time awake, from metered processes. */

import { createWebhook, sendLoad, sleep, startReceiver } from '../traffic.mjs';
import { METERED, startWorkerd } from '../workerd.mjs';
import { meter } from './readings.mjs';

/**
 * Per event and provider: `{ written, read, alarmsSet, alarmRuns, calls, awakeMs, courierCalls, courierAwakeMs }` where the next event comes when the
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
  const measured = trickles.map(async ({ name, intervalMs, ...options }) => {
    const process = await startWorkerd(directory, `trickle-${name.replaceAll(/\W+/g, '-')}`, {
      variant: METERED,
    });
    const figures = await perEvent(process, { ...options, spacing: intervalMs });
    await process.stop();
    return [name, { intervalMs, ...figures }];
  });
  return Object.fromEntries(await Promise.all(measured));
}

/** `warmUp`: events that are sent first and not counted. The very first one creates the day's tables. */
async function perEvent({ ports }, { provider, count, spacing, hung = false, warmUp = 1 }) {
  // The receiver needs numbers. Event ids are none, but every provider's events have a sequence.
  const receiver = await startReceiver({ numberedBy: 'ce-sequence', count: warmUp + count });
  const silent = await startReceiver({ hangs: true });
  try {
    const urls = [receiver.url, ...(hung ? [silent.url] : [])];
    const destinations = urls.map(url => ({ url, max_in_flight: 128 }));
    const { path } = await createWebhook(ports.gapless, { provider, destinations });
    const load = { port: ports.gapless, path, provider };
    const sendOne = async number => {
      const startedAt = Date.now();
      await sendLoad({ ...load, from: number, count: 1, connections: 1 });
      if (spacing === 'delivered') while (receiver.distinct < number) await sleep(1);
      else await sleep(startedAt + (spacing ?? 1000) - Date.now());
    };
    for (let number = 1; number <= warmUp; number++) await sendOne(number);
    await sleep(1000);
    const before = await meter(ports.variant);
    if (spacing === undefined) await sendLoad({ ...load, from: warmUp + 1, count, connections: 128 });
    else for (let number = warmUp + 1; number <= warmUp + count; number++) await sendOne(number);
    while (receiver.distinct < warmUp + count) await sleep(5);
    await sleep(1000);
    const after = await meter(ports.variant);
    const perOne = Object.entries(after).map(([name, value]) => [name, (value - before[name]) / count]);
    const figures = Object.fromEntries(perOne);
    return { ...figures, written: figures.written + figures.alarmsSet };
  } finally {
    await Promise.all([receiver.stop(), silent.stop()]);
  }
}
