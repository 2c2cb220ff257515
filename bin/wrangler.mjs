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

/**
 * Answers exit code and output, and what went to standard error; what it prints is shown too, unless `quiet`.
 * @param input for its standard input
 */
export function wrangler(args, { input = '', quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const node = join(root, 'node_modules', '.bin', 'node');
    const child = spawn(node, [command(), ...args], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8');
    let output = '';
    let errors = '';
    child.stdout.on('data', chunk => {
      output += chunk;
      if (!quiet) process.stdout.write(withoutAddresses(chunk));
    });
    child.stderr.on('data', chunk => {
      errors += chunk;
      if (!quiet) process.stderr.write(chunk);
    });
    child.on('error', reject);
    child.on('close', code => resolve({ code: code ?? 1, output, errors }));
    // The program may end without reading its input, which is no error.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** wrangler prints the values of variables, and that of OPERATIONS_URL may be a secret, as Slack's addresses are. */
const withoutAddresses = text => text.replaceAll(/(OPERATIONS_URL[^\n]*?)"[^"\n]+"/g, '$1"(hidden)"');

/** The options that say which Worker is meant; every command about it needs the same ones. */
export const TARGET = ['--name', '--env', '-e', '--config', '-c', '--cwd', '--env-file', '--profile'];

export function targetOf(args) {
  return args.flatMap((arg, index) => {
    if (TARGET.includes(arg)) return args.slice(index, index + 2);
    return TARGET.some(option => arg.startsWith(`${option}=`)) ? [arg] : [];
  });
}

/**
 * The arguments with an environment: the top level of wrangler.toml where none is named, which wrangler otherwise asks about.
 * @param args of this process
 */
export function withEnvironment(args) {
  const isNamed = args.some(arg => /^(-e|--env)(=|$)/.test(arg)) || process.env.CLOUDFLARE_ENV;
  return isNamed ? args : [...args, '--env='];
}

const NO_WORKER = /Worker "[^"\n]*"(?: \(env: [^)\n]*\))? not found/;

/**
 * The names of the secrets that the deployed Worker has; null where there is no such Worker yet. Throws on any other
 * failure, because taking it for "none" would replace keys that are in use.
 */
export async function secretNames(target) {
  const args = ['secret', 'list', '--format', 'json', ...target];
  const { code, output, errors } = await wrangler(args, { quiet: true });
  if (code === 0) return JSON.parse(output.slice(output.indexOf('['))).map(({ name }) => name);
  if (NO_WORKER.test(output + errors)) return null;
  throw new Error(
    `wrangler cannot say which secrets the Worker has; nothing was changed.\n${output}${errors}`,
  );
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
