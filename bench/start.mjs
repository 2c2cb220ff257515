/**
 * What the Worker costs to start: its size by part, and the CPU time that workerd takes until it has evaluated it, beyond that of an empty
 * Worker which has the same file beside it, unread. Once as it is, and once without the page, so that what the page adds is known.
 *
 * node bench/start.mjs [--rounds N]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { argumentsOf } from '../bin/arguments.mjs';
import { workerdBinary } from './workerd.mjs';

argumentsOf(
  `npm run bench:start [-- --rounds N]

What the Worker costs to start: its size by part, and the CPU time of evaluating it, with the page and without.

  --rounds N  starts of each [30]`,
  { valued: ['--rounds'] },
);
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' } } });
const rounds = Number(values.rounds);
const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'gapless-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const EMPTY = { stdin: { contents: 'export default { fetch: () => new Response() };' } };
const WHOLE = { entryPoints: [join(root, 'src/index.ts')] };
/** The page answers nothing, and nothing of it is there. */
const NO_PAGE = {
  name: 'no-page',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/page\/page$/ }, () => ({ path: 'none', namespace: 'no-page' }));
    onLoad({ filter: /.*/, namespace: 'no-page' }, () => ({
      contents: `import { Hono } from 'hono'; export const page = new Hono();`,
      resolveDir: root,
    }));
  },
};

await bundle('empty', EMPTY);
const whole = await bundle('whole', WHOLE);
const pageless = await bundle('pageless', { ...WHOLE, plugins: [NO_PAGE] });

console.table({
  'KiB, minified': { 'with the page': kiB(whole.bytes), without: kiB(pageless.bytes) },
  'KiB, gzip': { 'with the page': kiB(whole.gzipped), without: kiB(pageless.gzipped) },
});
console.table(parts(whole.metafile));

/** The least of all rounds counts: whatever else the machine does only adds to it. */
const starts = { whole: [], wholeUnread: [], pageless: [], pagelessUnread: [] };
for (let round = 0; round < rounds; round++) {
  for (const { name } of [whole, pageless]) {
    starts[name].push(await startMs(`(name = "${name}.js", esModule = embed "${name}.js")`));
    const unread = `(name = "empty.js", esModule = embed "empty.js"), (name = "unread", data = embed "${name}.js")`;
    starts[`${name}Unread`].push(await startMs(unread));
  }
}
console.table({
  'ms of CPU to evaluate it': {
    'with the page': round2(Math.min(...starts.whole) - Math.min(...starts.wholeUnread)),
    without: round2(Math.min(...starts.pageless) - Math.min(...starts.pagelessUnread)),
  },
  'ms of workerd itself': {
    'with the page': round2(Math.min(...starts.wholeUnread)),
    without: round2(Math.min(...starts.pagelessUnread)),
  },
});

/** As a deployment is bundled. */
async function bundle(name, input) {
  const outfile = join(directory, `${name}.js`);
  const { metafile } = await build({
    ...{ ...input, outfile, bundle: true, minify: true, format: 'esm', target: 'es2024', metafile: true },
    external: ['node:*', 'cloudflare:*'],
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'error',
  });
  const text = readFileSync(outfile);
  return { name, metafile, bytes: text.byteLength, gzipped: gzipSync(text, { level: 9 }).byteLength };
}

/** KiB, minified, by folder and package, the largest first. */
function parts({ outputs }) {
  const sums = {};
  for (const [path, { bytesInOutput }] of Object.entries(Object.values(outputs)[0].inputs)) {
    const [, package_] = /node_modules\/([^/]+)/.exec(path) ?? [];
    const [, folder] = /src\/(api\/\w+|[^/]+)/.exec(path) ?? [];
    const part = package_ ?? folder ?? path;
    sums[part] = (sums[part] ?? 0) + bytesInOutput;
  }
  const sorted = Object.entries(sums).sort(([, a], [, b]) => b - a);
  return Object.fromEntries(sorted.slice(0, 20).map(([part, bytes]) => [part, { KiB: kiB(bytes) }]));
}

/** ms of CPU that workerd takes until it listens, with these modules evaluated. */
async function startMs(modules) {
  const config = join(directory, 'config.capnp');
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${modules}],
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

function kiB(bytes) {
  return Math.round((bytes / 1024) * 10) / 10;
}

function round2(ms) {
  return Math.round(ms * 100) / 100;
}
