/**
 * What the Worker costs to start: its size by part, and the CPU time that workerd takes until it has evaluated it, beyond that of an empty
 * Worker which has the same files beside it, unread. workerd compiles every module at the start, evaluated or not, so it is also said what of
 * that time goes into the rest; and what the first look at the page adds, which evaluates the rest.
 *
 * node bench/start.mjs [--rounds N]
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { argumentsOf } from '../bin/arguments.mjs';
import { buildWorker } from '../bin/build/worker.mjs';
import { gzippedKiB, modulesAtStart } from './measures/bundle.mjs';
import { modulesIn, workerdBinary } from './workerd.mjs';

argumentsOf(
  `npm run bench:start [-- --rounds N]

What the Worker costs to start: its size by part, and the CPU time of evaluating it; and what the first look at the page adds.

  --rounds N  starts of each [30]`,
  { valued: ['--rounds'] },
);
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' } } });
const rounds = Number(values.rounds);
const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'gapless-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const outputs = await buildWorker(root, 'src/index.ts', directory);
const all = modulesIn(directory);
const atStart = modulesAtStart(directory);
const later = all.filter(name => !atStart.includes(name));

console.table({
  'KiB, minified': byTime(names =>
    names.reduce((sum, name) => sum + statSync(join(directory, name)).size / 1024, 0),
  ),
  'KiB, gzip': byTime(names => gzippedKiB(directory, names)),
});
console.table(parts());

// What is beside the modules is in a folder of its own, so that it is none of them.
const added = join(directory, 'added');
mkdirSync(added);
writeFileSync(join(added, 'empty.js'), 'export default { fetch: () => new Response() };');
const looks = [...later.map(name => `import './${name}';`), `export { default } from './index.js';`];
writeFileSync(join(added, 'looks.js'), looks.join('\n'));

const asModules = names => names.map(name => `(name = "${name}", esModule = embed "${name}")`);
const unread = all.map(name => `(name = "${name}", data = embed "${name}")`);
const addedModule = name => `(name = "${name}", esModule = embed "added/${name}")`;
/** The least of all rounds counts: whatever else the machine does only adds to it. */
const least = {
  empty: Number.POSITIVE_INFINITY,
  start: Number.POSITIVE_INFINITY,
  alone: Number.POSITIVE_INFINITY,
  look: Number.POSITIVE_INFINITY,
};
for (let round = 0; round < rounds; round++) {
  least.empty = Math.min(least.empty, await startMs([addedModule('empty.js'), ...unread]));
  least.start = Math.min(least.start, await startMs(asModules(all)));
  least.alone = Math.min(least.alone, await startMs(asModules(atStart)));
  least.look = Math.min(least.look, await startMs([addedModule('looks.js'), ...asModules(all)]));
}
console.table({
  'ms of CPU': {
    'at the start': round2(least.start - least.empty),
    'of these, for compiling the page': round2(least.start - least.alone),
    'at the first look at the page': round2(least.look - least.start),
  },
});
console.log(`workerd itself: ${round2(least.empty)} ms of CPU.`);

/** A size of what is evaluated at the start, of what the first look at the page adds, and of all. */
function byTime(size) {
  return {
    'at the start': round1(size(atStart)),
    'at the first look at the page': round1(size(later)),
    'in all': round1(size(all)),
  };
}

/** KiB by folder and package, the largest first, as the first of the two minifiers leaves them. */
function parts() {
  const sums = {};
  for (const [name, { inputs }] of Object.entries(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const [, package_] = /node_modules\/([^/]+)/.exec(path) ?? [];
      const [, folder] = /src\/(api\/\w+|[^/]+)/.exec(path) ?? [];
      const part = package_ ?? folder ?? path;
      sums[part] ??= { start: 0, look: 0 };
      sums[part][atStart.includes(name) ? 'start' : 'look'] += bytesInOutput / 1024;
    }
  }
  const sorted = Object.entries(sums).sort(([, a], [, b]) => b.start + b.look - a.start - a.look);
  return Object.fromEntries(
    sorted
      .slice(0, 20)
      .map(([part, { start, look }]) => [
        part,
        { 'KiB at the start': round1(start), 'KiB at the first look': round1(look) },
      ]),
  );
}

/** ms of CPU that workerd takes until it listens, with the first of these modules evaluated, and what that imports. */
async function startMs(modules) {
  const config = join(directory, 'config.capnp');
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${modules.join(', ')}],
    compatibilityDate = "2026-11-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);`,
  );
  const workerd = spawn(workerdBinary(), ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  await new Promise((resolve, reject) => {
    workerd.on('exit', code => reject(new Error(`workerd ended with ${code}`)));
    workerd.stdio[3].on('data', chunk => String(chunk).includes('"listen"') && resolve());
  });
  const ms = cpuMs(workerd.pid);
  workerd.removeAllListeners('exit');
  const ended = new Promise(resolve => workerd.on('exit', resolve));
  workerd.kill('SIGKILL');
  await ended;
  return ms;
}

/** Of all its threads, to the nanosecond, which /proc has on Linux alone. */
function cpuMs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map(id => readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'latin1').split(' ')[0]);
  return times.reduce((sum, time) => sum + Number(time) / 1e6, 0);
}

function round1(kiB) {
  return Math.round(kiB * 10) / 10;
}

function round2(ms) {
  return Math.round(ms * 100) / 100;
}
