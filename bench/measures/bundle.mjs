/** How large the Worker is that is deployed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** KiB of the built module, gzip. */
export const bundleKiB = directory =>
  gzipSync(readFileSync(join(directory, 'index.js')), { level: 9 }).byteLength / 1024;
