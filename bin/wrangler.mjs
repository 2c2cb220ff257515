/** Runs wrangler for the scripts beside this file, on a Node it works with. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** `WRANGLER` names another program, for tests of these scripts. */
function command() {
  if (process.env.WRANGLER) return process.env.WRANGLER;
  const manifest = require.resolve('wrangler/package.json');
  return join(dirname(manifest), require(manifest).bin.wrangler);
}

/** Answers exit code and output; what it prints is shown too, unless `quiet`. @param input for its standard input */
export function wrangler(args, { input = '', quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const node = join(root, 'node_modules', '.bin', 'node');
    const child = spawn(node, [command(), ...args], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', chunk => {
      output += chunk;
      if (!quiet) process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('exit', code => resolve({ code: code ?? 1, output }));
    child.stdin.end(input);
  });
}

/** Asks `check` until it answers something, at most for `seconds`; null when it never does. */
export async function until(check, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const value = await check().catch(() => null);
    if (value !== null) return value;
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
  return null;
}
