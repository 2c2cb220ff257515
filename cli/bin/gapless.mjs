#!/usr/bin/env node
/** `gapless`. In a checkout it is built first, where that is needed; a package that was installed has it built. */
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `gapless needs Node 22.12 or later; this is ${process.versions.node}. In a checkout, npx gapless finds one.\n`,
  );
  process.exit(2);
}
const build = new URL('../build.mjs', import.meta.url);
if (existsSync(build)) await (await import(build.href)).ensureBuilt();
await import('../dist/gapless.mjs');
