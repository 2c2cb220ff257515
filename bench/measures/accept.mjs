/** How fast events are accepted where nothing is forwarded, next to the floor, and how long an ack takes. */
import { createWebhook, sendLoad } from '../traffic.mjs';
import { cpuSeconds, kvReads, median } from './readings.mjs';

/**
 * Floor and gateway in turn, `rounds` times; a ratio is the median of the rounds' ratios, since a machine's speed
 * changes over a run.
 */
export async function measureAccept(gateway, { count, rounds }) {
  const byConnections = [];
  for (const connections of [1, 32, 128]) {
    const share = connections === 1 ? Math.ceil(count / 10) : count;
    byConnections.push({ connections, ...(await rates(gateway, 'shipstream', connections, share, rounds)) });
  }
  const apideck = await rates(gateway, 'apideck', 128, count, rounds);
  return { byConnections, apideck };
}

async function rates({ ports, pid }, provider, connections, count, rounds) {
  const { path } = await createWebhook(ports.gapless, { provider });
  await sendLoad({ port: ports.gapless, path, provider, count: Math.ceil(count / 10), connections });
  const seen = [];
  for (let round = 0; round < rounds; round++) {
    const floor = await sendLoad({ port: ports.floor, count, connections });
    const [cpuBefore, readsBefore] = [cpuSeconds(pid), await kvReads(ports.kv)];
    const from = count * (round + 1) + 1;
    const accepted = await sendLoad({ port: ports.gapless, path, provider, from, count, connections });
    seen.push({
      floor: floor.rate,
      rate: accepted.rate,
      ratio: accepted.rate / floor.rate,
      latency: accepted.latency,
      cpuMs: ((cpuSeconds(pid) - cpuBefore) * 1000) / count,
      kvReads: ((await kvReads(ports.kv)) - readsBefore) / count,
    });
  }
  const of = pick => median(seen.map(pick));
  return {
    floor: of(({ floor }) => floor),
    rate: of(({ rate }) => rate),
    ratio: of(({ ratio }) => ratio),
    p50: of(({ latency }) => latency.p50),
    p99: of(({ latency }) => latency.p99),
    p999: of(({ latency }) => latency.p999),
    cpuMs: of(({ cpuMs }) => cpuMs),
    kvReads: of(read => read.kvReads),
  };
}
