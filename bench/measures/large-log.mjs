/** Whether a log grows slower as it grows longer. */
import { createWebhook, sendLoad } from '../traffic.mjs';
import { FILLED, startWorkerd } from '../workerd.mjs';
import { directoryBytes, median } from './readings.mjs';

/** Ack rate of a webhook with `events` in its log, next to one with none, in turn; and the disk an event takes. */
export async function measureLargeLog(directory, { events, count, rounds }) {
  const { ports, logs, stop } = await startWorkerd(directory, 'log', { variant: FILLED });
  const port = ports.gapless;
  const large = await createWebhook(port);
  const bytesBefore = directoryBytes(logs);
  const filled = await fetch(`http://127.0.0.1:${ports.variant}/${large.id}/1/${events}`);
  if (!filled.ok) throw new Error('the log could not be filled');
  const bytesPerEvent = (directoryBytes(logs) - bytesBefore) / events;
  const seen = [];
  for (let round = 0; round < rounds; round++) {
    const empty = await createWebhook(port);
    const without = await sendLoad({ port, path: empty.path, count, connections: 128 });
    const from = events + round * count + 1;
    const withEvents = await sendLoad({ port, path: large.path, from, count, connections: 128 });
    seen.push({ without: without.rate, with: withEvents.rate, ratio: withEvents.rate / without.rate });
  }
  await stop();
  const of = pick => median(seen.map(pick));
  return {
    events,
    bytesPerEvent,
    without: of(one => one.without),
    with: of(one => one.with),
    ratio: of(one => one.ratio),
  };
}
