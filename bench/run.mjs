/**
 * Measures the gateway's budgets on plain workerd and prints them as a table, then as JSON.
 *
 * npm run bench [-- --quick] [-- --only accept,delivery,object,isolation,memory,log,cost,soak] [-- --capped] [-- --record]
 *
 * Every speed is a ratio to the floor, a Worker that makes one RPC and one INSERT per request, measured in the same
 * run. `--quick` takes about a minute and is too short for figures worth keeping; `--capped` runs the gateway under
 * production's limits of connections, for isolation; `--record` adds to RESULTS.md. `soak` takes half an hour by itself, and is
 * measured only where it is asked for.
 */
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { argumentsOf } from '../bin/arguments.mjs';
import { measureAccept } from './measures/accept.mjs';
import { bundleKiB } from './measures/bundle.mjs';
import { measureRows, measureTrickles } from './measures/cost.mjs';
import { measureDelivery } from './measures/delivery.mjs';
import { measureIsolation } from './measures/isolation.mjs';
import { measureLargeLog } from './measures/large-log.mjs';
import { measureMemory } from './measures/memory.mjs';
import { measureObject } from './measures/object.mjs';
import { memoryMiB } from './measures/readings.mjs';
import { measureSoak } from './measures/soak.mjs';
import { report } from './report.mjs';
import { build, startWorkerd, workDirectory } from './workerd.mjs';

const FULL = {
  accept: { count: 8000, rounds: 5 },
  delivery: { count: 10_000, seconds: 8 },
  object: { count: 20_000, rounds: 3 },
  isolation: { count: 1000, rounds: 3 },
  memory: { webhooks: [1, 3] },
  log: { events: 1_000_000, count: 8000, rounds: 3 },
  rows: { sequential: 500, load: 20_000 },
  soak: { minutes: 30, rate: 300 },
  // With a hung receiver beside, measuring begins when that one's circuit has opened.
  trickles: [
    { name: 'one a minute', provider: 'shipstream', intervalMs: 60_000, count: 4 },
    { name: 'one a minute, event ids', provider: 'apideck', intervalMs: 60_000, count: 4 },
    { name: 'one in 8 s', provider: 'shipstream', intervalMs: 8000, count: 30 },
    {
      name: 'one in 8 s, hung receiver beside',
      provider: 'shipstream',
      intervalMs: 8000,
      count: 30,
      // All attempts have failed for five minutes then, at one connection.
      warmUp: 45,
      hung: true,
    },
  ],
};
const QUICK = {
  accept: { count: 2000, rounds: 1 },
  delivery: { count: 1500, seconds: 1 },
  object: { count: 2000, rounds: 1 },
  isolation: { count: 100, rounds: 1 },
  memory: { webhooks: [3] },
  log: { events: 10_000, count: 1500, rounds: 1 },
  rows: { sequential: 50, load: 1500 },
  soak: { minutes: 1, rate: 300 },
  trickles: [],
};

argumentsOf(
  `npm run bench [-- OPTIONS]

Measures the gateway's budgets on plain workerd and prints them as a table, then as JSON.

  --quick       about a minute, too short for figures worth keeping
  --only LIST   some of accept,delivery,object,isolation,memory,log,cost,soak; soak is left out else
  --capped      under production's limits of connections, for isolation
  --record      adds to bench/RESULTS.md`,
  { flags: ['--quick', '--capped', '--record'], valued: ['--only'] },
);

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'accept,delivery,object,isolation,memory,log,cost' },
    capped: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const sizes = flags.quick ? QUICK : FULL;
const wanted = new Set(flags.only.split(','));
const directory = workDirectory();
let started = 0;
const inFresh = async (measure, variant = null) => {
  const fresh = await startWorkerd(directory.path, `fresh${++started}`, { variant });
  try {
    return await measure(fresh);
  } finally {
    await fresh.stop();
  }
};
const step = (name, measure) => {
  if (!wanted.has(name)) return null;
  process.stderr.write(`${name} …\n`);
  return measure();
};

try {
  await build(directory.path, { capped: flags.capped });
  const gateway = await startWorkerd(directory.path, 'gateway');
  const accept = await step('accept', () => measureAccept(gateway, sizes.accept));
  const delivery = await step('delivery', async () => ({
    atOnce: await measureDelivery(gateway, { ...sizes.delivery, delayMs: 0 }),
    after50: await measureDelivery(gateway, { ...sizes.delivery, delayMs: 50 }),
  }));
  const object = await step('object', () => measureObject(inFresh, sizes.object));
  const isolation = await step('isolation', () => measureIsolation(gateway, sizes.isolation));
  const memory = memoryMiB(gateway.pid);
  await gateway.stop();
  const bodies = await step('memory', () => measureMemory(inFresh, sizes.memory));
  const log = await step('log', () => measureLargeLog(directory.path, sizes.log));
  const rows = await step('cost', () => measureRows(directory.path, sizes.rows));
  const trickles = await step('cost', () => measureTrickles(directory.path, sizes.trickles));
  const soak = await step('soak', () => inFresh(process => measureSoak(process, sizes.soak)));
  const figures = {
    accept,
    delivery,
    object,
    isolation,
    log,
    rows,
    trickles,
    memory,
    bodies,
    soak,
    bundle: bundleKiB(directory.path),
  };
  const text = report(figures, sizes);
  console.log(text);
  console.log(JSON.stringify(figures));
  if (flags.record) appendFileSync(new URL('./RESULTS.md', import.meta.url), `\n${text}\n`);
} finally {
  directory.remove();
}
