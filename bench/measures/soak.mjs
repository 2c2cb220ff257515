/** The memory of a gateway that accepts and delivers at a steady rate for long: it is to stay as it is after the first minutes. */
import { createWebhook, sendLoad, startReceiver } from '../traffic.mjs';
import { memoryMiB } from './readings.mjs';

const CONNECTIONS = 32;
const SAMPLE_MS = 5000;
const WINDOW_MINUTES = 5;

/** `[{ fromMinute, least, most }]`: resident memory of workerd in MiB, for each five minutes. */
export async function measureSoak({ ports, pid }, { minutes, rate }) {
  const count = Math.ceil(rate * minutes * 60);
  const receiver = await startReceiver({ count });
  try {
    const destinations = [{ url: receiver.url, max_in_flight: 128 }];
    const { path } = await createWebhook(ports.gapless, { destinations });
    const samples = [];
    const startedAt = Date.now();
    const sampling = setInterval(
      () => samples.push({ minute: (Date.now() - startedAt) / 60_000, MiB: memoryMiB(pid) }),
      SAMPLE_MS,
    );
    await sendLoad({ port: ports.gapless, path, count, connections: CONNECTIONS, rate });
    const arrived = await receiver.reached(count, 60_000);
    clearInterval(sampling);
    if (!arrived) throw new Error('not everything was delivered');
    return windows(samples, minutes);
  } finally {
    await receiver.stop();
  }
}

function windows(samples, minutes) {
  const starts = Array.from({ length: Math.ceil(minutes / WINDOW_MINUTES) }, (_, at) => at * WINDOW_MINUTES);
  return starts.flatMap(fromMinute => {
    const inside = samples.filter(
      ({ minute }) => minute >= fromMinute && minute < fromMinute + WINDOW_MINUTES,
    );
    const sizes = inside.map(({ MiB }) => MiB);
    return sizes.length === 0 ? [] : [{ fromMinute, least: Math.min(...sizes), most: Math.max(...sizes) }];
  });
}
