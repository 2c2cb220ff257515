/**
 * What verifying one request costs in workerd, and verifying it and making an event of it, per provider, for bodies of 1 KiB and
 * 100 KiB; and how often WebCrypto is called for the event. In workerd the clock stands still while code runs, so the time is
 * taken outside, and the time of an empty call is subtracted.
 *
 * node bench/verify.mjs [provider …]
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { argumentsOf } from '../bin/arguments.mjs';

const wanted = argumentsOf(
  `npm run bench:verify [-- PROVIDER …]

What verifying one request and describing its event cost in workerd, for the providers that are named, or for all.`,
  { words: Number.POSITIVE_INFINITY },
);

const SIZES = [1024, 100 * 1024];
const ROUNDS = 5;
const ROUND_MS = 60;

const directory = await mkdtemp(join(tmpdir(), 'gapless-bench-'));
await build({
  entryPoints: [new URL('./workers/verify.ts', import.meta.url).pathname],
  bundle: true,
  format: 'esm',
  target: 'esnext',
  outfile: join(directory, 'worker.js'),
  logLevel: 'error',
});
await writeFile(
  join(directory, 'config.capnp'),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "bench", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")],
    compatibilityDate = "2026-11-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "bench")],
);`,
);
const binary = join(
  dirname(createRequire(import.meta.url).resolve('workerd/package.json')),
  'bin',
  'workerd',
);
const workerd = spawn(binary, ['serve', join(directory, 'config.capnp'), '--control-fd=3'], {
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
});
/** workerd says on its control channel which port it listens on. */
const port = await new Promise((resolve, reject) => {
  workerd.stdio[3].on('data', chunk => {
    for (const line of String(chunk).split('\n').filter(Boolean)) {
      const message = JSON.parse(line);
      if (message.event === 'listen') resolve(message.port);
    }
  });
  workerd.on('exit', () => reject(new Error('workerd ended')));
});

async function ask(query) {
  const startedAt = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/?${new URLSearchParams(query)}`);
  const answer = response.ok ? await response.json() : null;
  return { answer, ms: performance.now() - startedAt };
}

/** Microseconds per request: the median of some rounds, each long enough to be measured. */
async function cost(provider, bytes, step) {
  const run = times => ask({ provider, bytes, step, times });
  let times = 8;
  for (let { ms } = await run(times); ms < ROUND_MS && times < 100_000; { ms } = await run(times)) times *= 2;
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const [empty, full] = [await run(0), await run(times)];
    if (full.answer?.valid !== times) return null;
    rounds.push(((full.ms - empty.ms) / times) * 1000);
  }
  return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

const { answer: names } = await ask({});
/** WebCrypto calls per event, once the keys are imported: each has been asked for the costs before. */
async function webCryptoCalls(provider) {
  const { answer } = await ask({ provider, bytes: 0, step: 'event', times: 1000 });
  return answer === null ? '-' : Math.round(answer.calls / 1000);
}

const right = (text, width = 12) => String(text).padStart(width);
const written = us => (us === null ? '-' : `${us.toFixed(us < 100 ? 1 : 0)} µs`);
console.log(`${''.padEnd(48)}${right('verified', 24)}${right('and described', 24)}${right('WebCrypto')}`);
console.log(
  `${'provider'.padEnd(28)}${'algorithm'.padEnd(20)}${['1 KiB', '100 KiB', '1 KiB', '100 KiB', 'calls'].map(size => right(size)).join('')}`,
);
for (const name of names.filter(name => wanted.length === 0 || wanted.includes(name))) {
  const { answer } = await ask({ provider: name, bytes: 0, times: 0 });
  const cells = [];
  for (const step of ['verify', 'event']) {
    for (const bytes of SIZES) cells.push(written(answer === null ? null : await cost(name, bytes, step)));
  }
  cells.push(await webCryptoCalls(name));
  console.log(
    `${name.padEnd(28)}${(answer?.alg ?? '').padEnd(20)}${cells.map(cell => right(cell)).join('')}`,
  );
}
workerd.removeAllListeners('exit');
workerd.kill();
await rm(directory, { recursive: true });
