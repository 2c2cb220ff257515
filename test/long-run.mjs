/**
 * The tests that get better with time, at length. `npm test` runs the same ones briefly.
 *
 * npm run test:crash -- [--rounds 200] [--seed n] [--capped]   SIGKILL under load, so many times; under production's limits
 * npm run test:model -- [--runs 6000]                 the tracker and the log against simple models, so many stories
 * npm run test:fuzz -- [--times 50] [--seed n]        the fuzz tests and the requests made up from /openapi.json, so many
 *                                                     times longer
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [kind, ...args] = process.argv.slice(2);
const { values } = parseArgs({
  args,
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '6000' },
    capped: { type: 'boolean', default: false },
    times: { type: 'string', default: '50' },
  },
});

const KINDS = {
  crash: {
    tests: ['--project', 'conformance', 'test/conformance/crash.test.ts', '-t', 'kills'],
    settings: {
      CRASH_ROUNDS: values.rounds,
      CRASH_SEED: values.seed,
      CRASH_CAPPED: values.capped ? '1' : '0',
    },
  },
  model: {
    tests: [
      '--project',
      'unit',
      '--project',
      'object',
      'tracker.model',
      'ground-truth.model',
      'log.model',
      '--testTimeout',
      '0',
    ],
    // A story of the log is some hundred times the work of one of the tracker.
    settings: { VITE_MODEL_RUNS: values.runs, VITE_LOG_MODEL_RUNS: String(Math.ceil(values.runs / 40)) },
  },
  fuzz: {
    tests: ['.fuzz.test.ts', 'test/conformance/openapi.test.ts'],
    settings: { FUZZ_TIMES: values.times, FUZZ_SEED: values.seed },
  },
};
if (!(Number(values.times) > 0) || !Number.isInteger(Number(values.seed))) {
  throw new Error('--times is a number above 0, --seed a whole number');
}

const chosen = KINDS[kind];
if (chosen === undefined) throw new Error(`one of ${Object.keys(KINDS).join(', ')}`);
if (kind === 'crash') process.stdout.write(`seed ${values.seed}, ${values.rounds} kills\n`);
if (kind === 'fuzz') process.stdout.write(`seed ${values.seed}, ${values.times} times the default\n`);
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const node = join(root, 'node_modules', '.bin', 'node');
const command = [vitest, 'run', ...chosen.tests, '--disable-console-intercept'];
const child = spawn(node, command, {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...chosen.settings },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', code => process.exit(code ?? 1));
