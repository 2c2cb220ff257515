/**
 * The gateway as a user runs it: `bin/start.mjs` in a process group of its own, on a free port, with its state and its
 * settings in a temporary directory. Nothing of the repository's own `.dev.vars` or `.wrangler` is read or changed.
 * No process is left behind by a test that forgets `stop`, or by a test process that is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
// @ts-expect-error The scripts have no types.
import { buildWorker } from '../../bin/build/worker.mjs';
import { eventually } from './eventually';
import { freePort } from './free-port';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const BIN = join(ROOT, 'bin');
const START_MS = 60_000;
const OUTPUT_CHARS = 2_000_000;

export type Gateway = {
  url: string;
  adminToken: string;
  /** The directory with everything that it stores. */
  state: string;
  /** SIGKILL to every process of it at once; answers when they are gone. */
  kill9(): Promise<void>;
  /** Starts again after `kill9`, on the same port and state; with other settings, where some are given. */
  restart(changed?: Record<string, string>): Promise<void>;
  /** Ends it and removes its state. */
  stop(): Promise<void>;
  /** The end of what it printed, for messages and for promises about logs. */
  output(): string;
};

/** The gateway under the limits of production that no local runtime has. */
const CAPPED = 'test/support/capped/worker.ts';
/** In the checkout, as wrangler looks for wrangler.toml above the module that it is given. */
const CAPPED_BUILD = join(ROOT, 'build/capped');

/**
 * `vars` replaces or adds settings: `{ ADMIN_TOKEN, SECRETS_KEY, PUBLIC_URL, … }`. `capped`: under production's limits of
 * connections.
 */
export async function startGateway(
  vars: Record<string, string> = {},
  { capped = false }: { capped?: boolean } = {},
): Promise<Gateway> {
  const settings = {
    ADMIN_TOKEN: 'conformance-admin-token-conformance-0000',
    SECRETS_KEY: 'conformance-secrets-key-conformance-0000',
    ALLOW_PRIVATE_DESTINATIONS: '1',
    PUBLIC_URL: '',
    OPERATIONS_URL: '',
    RPC_SHOW_SECRETS: '',
    STORAGE_LIMIT_BYTES: '',
    ...vars,
  };
  const directory = await mkdtemp(join(tmpdir(), 'gapless-test-'));
  // A file of its own, though empty, keeps wrangler from reading `.dev.vars`: it takes the settings from the environment.
  const envFile = join(directory, 'vars');
  await writeFile(envFile, '');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const state = join(directory, 'state');
  const script = capped ? [join(CAPPED_BUILD, 'worker.js')] : [];
  let output = '';
  let running: ChildProcess | null = null;

  async function start(changed: Record<string, string> = {}): Promise<void> {
    Object.assign(settings, changed);
    const options = [...script, '--port', `${port}`, '--persist-to', state, '--env-file', envFile];
    const command = ['--import', join(BIN, 'end-with-parent.mjs'), join(BIN, 'start.mjs'), ...options];
    const child = spawn(process.execPath, command, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...settings, WRANGLER_REGISTRY_PATH: join(directory, 'registry') },
    });
    running = child;
    process.on('exit', killNow);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-OUTPUT_CHARS);
      });
    }
    await eventually(async () => {
      if (child.exitCode === null) {
        const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) }).catch(
          () => null,
        );
        if (answer?.status === 200) return;
      }
      throw new Error(`the gateway does not answer at ${url}:\n${output}`);
    }, START_MS);
  }

  /** To the first process (1) or to its whole group (-1). */
  function signal(whom: 1 | -1, name: 'SIGKILL' | 'SIGTERM'): void {
    if (running?.pid === undefined) return;
    try {
      process.kill(whom * running.pid, name);
    } catch {
      // There is none any more.
    }
  }

  function killNow(): void {
    signal(-1, 'SIGKILL');
  }

  /** Not by asking for the group: what nobody has collected yet still counts as alive there. */
  async function ended(): Promise<void> {
    await eventually(async () => {
      const exited = running === null || running.exitCode !== null || running.signalCode !== null;
      const answers = await fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
        () => true,
        () => false,
      );
      if (!exited || answers) throw new Error('the gateway has not ended');
    });
    process.off('exit', killNow);
    running = null;
  }

  async function kill9(): Promise<void> {
    killNow();
    await ended();
  }

  // wrangler builds the Worker that it finds in wrangler.toml, which this one is not.
  if (capped) await buildWorker(ROOT, CAPPED, CAPPED_BUILD);
  await start();
  return {
    url,
    adminToken: settings.ADMIN_TOKEN,
    state,
    kill9,
    restart: start,
    async stop() {
      // Only the first process is told, as by a user: it ends the others.
      signal(1, 'SIGTERM');
      await ended().catch(kill9);
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
    output: () => output,
  };
}
