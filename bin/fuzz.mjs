/**
 * `npm run test:fuzz -- [--times 50] [--seed 7]`: the fuzz tests, that many times longer than in `npm test`, from a seed
 * that is printed. The requests made up from /openapi.json are among them.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const times = Number(values.times);
if (!(times > 0) || !Number.isInteger(Number(values.seed))) {
  process.stderr.write('--times is a number above 0, --seed a whole number\n');
  process.exit(2);
}
process.stdout.write(`fuzz: ${times} times the default, seed ${values.seed}\n`);

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const files = ['.fuzz.test.ts', 'test/conformance/openapi.test.ts'];
const env = { ...process.env, FUZZ_TIMES: String(times), FUZZ_SEED: values.seed };
spawn(process.execPath, [vitest, 'run', ...files], { stdio: 'inherit', env }).on('exit', code =>
  process.exit(code ?? 1),
);
