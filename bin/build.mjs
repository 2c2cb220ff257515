/**
 * Builds what is deployed, into `build/`: the Worker (`worker/`), and what is sent as it is (`public/`).
 *
 * wrangler runs it (`[build]` in wrangler.toml), and so do the tests. Several may run at the same time.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentsOf } from './arguments.mjs';
import { buildAssets } from './build/assets.mjs';
import { buildWorker } from './build/worker.mjs';
import { write } from './build/write.mjs';

argumentsOf(`node bin/build.mjs

Builds the Worker, and what is sent as it is, of the page and the description of the API, into build/, and the modules that
tell the Worker where the latter is. wrangler and the tests run it themselves.`);

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const worker = join(root, 'build/worker');
try {
  // The Worker names the assets.
  await buildAssets(root);
  await buildWorker(root, 'src/index.ts', worker);
  // `wrangler types` takes the types of the Worker's classes from the module that starts.
  const types = `export * from '../../src/index';\nexport { default } from '../../src/index';\n`;
  write(root, join(worker, 'index.d.ts'), Buffer.from(types));
} catch (error) {
  // What is wrong with a source, esbuild has said by now.
  if (!('errors' in error)) throw error;
  // While somebody edits, what was built before goes on. wrangler would let requests wait until the next build that works.
  const isEdited = process.env.WRANGLER_COMMAND === 'dev' && existsSync(join(worker, 'index.js'));
  if (!isEdited) process.exitCode = 1;
  else process.stderr.write('Not built anew: the gateway goes on as it was built before.\n');
}
