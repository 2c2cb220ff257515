/** Whether a log grows slower as it grows longer. */
import { createWebhook, sendLoad } from '../traffic.mjs';
import { directoryBytes, median } from './readings.mjs';

/** Ack rate of a webhook with `events` in its log, next to one with none, in turn; and the disk an event takes. */
export async function measureLargeLog({ ports, logs }, { events, count, rounds }) {
  const port = ports.gapless;
  const large = await createWebhook(port);
  const bytesBefore = directoryBytes(logs);
  await sendLoad({ port, path: large.path, count: events, connections: 128 });
  const bytesPerEvent = (directoryBytes(logs) - bytesBefore) / events;
  const seen = [];
  for (let round = 0; round < rounds; round++) {
    const empty = await createWebhook(port);
    const without = await sendLoad({ port, path: empty.path, count, connections: 128 });
    const from = events + round * count + 1;
    const withEvents = await sendLoad({ port, path: large.path, from, count, connections: 128 });
    seen.push({ without: without.rate, with: withEvents.rate, ratio: withEvents.rate / without.rate });
  }
  const of = pick => median(seen.map(pick));
  return {
    events,
    bytesPerEvent,
    without: of(one => one.without),
    with: of(one => one.with),
    ratio: of(one => one.ratio),
  };
}
