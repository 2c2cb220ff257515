/** How large the Worker is that is deployed, and how much of it is evaluated when it starts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { modulesIn } from '../workerd.mjs';

/** An `import` or `export` from another module, in what a minifier makes. `import(` is none of them. */
const IMPORTED = /\b(?:from|import)\s*"\.\/([\w.-]+\.mjs)"/g;

/** The modules that are evaluated when the Worker starts: the first, and what it imports. */
export function modulesAtStart(directory) {
  const found = new Set(['index.js']);
  for (const name of found) {
    for (const [, imported] of readFileSync(join(directory, name), 'utf8').matchAll(IMPORTED))
      found.add(imported);
  }
  return [...found];
}

/** KiB of the built modules, gzip: of those that are evaluated at the start, and of all. */
export const bundleKiB = directory => ({
  atStart: gzippedKiB(directory, modulesAtStart(directory)),
  whole: gzippedKiB(directory, modulesIn(directory)),
});

export const gzippedKiB = (directory, names) =>
  names.reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(directory, name)), { level: 9 }).byteLength / 1024,
    0,
  );
