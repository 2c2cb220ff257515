/**
 * The gateway that the demo talks to: the one that runs already, or one of its own on a free port, with state and secrets in
 * a temporary directory that is removed with it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomSecret, readDevVars } from '../dev-vars.mjs';
import { dim, line } from './print.mjs';
import { must, Unexpected, until } from './until.mjs';

const START_MS = 25_000;

const bin = dirname(dirname(fileURLToPath(import.meta.url)));

/** Answers `{ url, token, own }`; a gateway of its own (`own`) is ended by a step pushed to `undo`. */
export async function findOrStartGateway(undo) {
  const url = (process.env.GAPLESS_URL ?? 'http://127.0.0.1:8787').replace(/\/+$/, '');
  if (!(await healthy(url))) {
    line(dim(`No gateway answers at ${url}; the demo starts one for itself.`));
    return startGateway(undo);
  }
  const token = process.env.ADMIN_TOKEN ?? readDevVars(dirname(bin))?.ADMIN_TOKEN;
  if (!token) throw new Unexpected(`A gateway runs at ${url}: set ADMIN_TOKEN to its admin token.`);
  return { url, token, own: false };
}

/** One on a free port, with state of its own. */
export async function startGateway(undo) {
  const directory = mkdtempSync(join(tmpdir(), 'gapless-demo-'));
  const token = randomSecret();
  const vars = { ADMIN_TOKEN: token, SECRETS_KEY: randomSecret(), ALLOW_PRIVATE_DESTINATIONS: '1' };
  // A file of its own, though empty, keeps wrangler from reading `.dev.vars`: it takes the secrets from the environment.
  const envFile = join(directory, 'vars');
  writeFileSync(envFile, '');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;

  const options = ['--port', `${port}`, '--persist-to', join(directory, 'state'), '--env-file', envFile];
  const command = ['--import', join(bin, 'end-with-parent.mjs'), join(bin, 'start.mjs'), ...options];
  const gateway = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...vars, WRANGLER_REGISTRY_PATH: join(directory, 'registry') },
  });
  const output = [];
  const ended = new Promise(resolve => gateway.once('exit', resolve));
  for (const stream of [gateway.stdout, gateway.stderr]) stream.on('data', chunk => output.push(chunk));

  undo.push(async () => {
    gateway.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  await until(async () => {
    must(
      gateway.exitCode === null && (await healthy(url)),
      `The gateway did not start:\n${Buffer.concat(output)}`,
    );
  }, START_MS);
  return { url, token, own: true };
}

async function healthy(url) {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) })).status === 200;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
