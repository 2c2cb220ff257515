/**
 * The memory of a real workerd, as `npm run bench -- --only memory` measures it, without a development server that reads bodies
 * before the gateway does. In production an isolate has 128 MiB.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

type Hung = { taken: number; whileHung: number; delivered: number; wanted: number; twice: number };
/** In MiB. */
type Measured = { hung: Hung[]; unfinished: { begun: number; refused: number; memory: number } };

function measure(): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const args = ['bench/run.mjs', '--quick', '--only', 'memory'];
    const bench = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    bench.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    bench.on('error', reject);
    // When all of its output is here, too: it may end before.
    bench.on('close', code => {
      const last = output.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve((JSON.parse(last) as { bodies: Measured }).bodies);
      else reject(new Error(`the bench ended with ${code}: ${output}`));
    });
  });
}

/** Memory is read from /proc. */
describe.skipIf(process.platform !== 'linux')('the memory of a process', () => {
  let measured: Measured;
  beforeAll(async () => {
    measured = await measure();
  }, 400_000);

  it('has at most 100 MiB of bodies while twenty destinations of each of three webhooks hang, and then all get everything once', () => {
    expect(measured.hung).toHaveLength(1);
    for (const { taken, whileHung, ...ended } of measured.hung) {
      expect(whileHung - taken).toBeLessThanOrEqual(100);
      expect(ended).toMatchObject({ delivered: 720, wanted: 720, twice: 0 });
    }
  });

  it('has at most 64 MiB for a flood of bodies of 1 MiB that nobody finishes: the others get 503, an event is taken', () => {
    const { begun, refused, memory } = measured.unfinished;
    expect(memory).toBeLessThanOrEqual(64);
    // Some more than 16 where so much time passes that the first ones have run out of it.
    expect(begun - refused).toBeGreaterThanOrEqual(16);
    expect(refused).toBeGreaterThan(begun / 2);
  });
});
