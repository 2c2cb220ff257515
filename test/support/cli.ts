/** `gapless`, built and run as its users run it: a process of its own, with no settings but those given. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OnTerminal, onTerminal } from './cli-terminal';
import type { SharedGateway } from './shared-gateway';

const PROGRAM = join(import.meta.dirname, '../../cli/bin/gapless.mjs');

export type Ran = { code: number | null; stdout: string; stderr: string };

export type Cli = {
  /** The folder of its settings, empty at first. */
  home: string;
  /** Runs a command, with the gateway in its environment. */
  run(
    args: readonly string[],
    more?: { input?: string | Uint8Array; env?: Record<string, string> },
  ): Promise<Ran>;
  /** Runs a command with `--json` that has to succeed, and answers what it says. */
  json<T>(args: readonly string[], more?: { env?: Record<string, string> }): Promise<T>;
  /** Starts one that goes on until it is stopped. */
  start(args: readonly string[]): Started;
  /** The same on a terminal; none of its arguments may mean something to a shell. */
  terminal(args: readonly string[], env?: Record<string, string>): OnTerminal;
  close(): Promise<void>;
};

export type Started = {
  /** What it has written to stdout so far, without the line that is not whole yet. */
  lines(): string[];
  /** The same of stderr. */
  notes(): string[];
  /** SIGSTOP, SIGCONT. */
  signal(name: NodeJS.Signals): void;
  /** Kills it. */
  stop(): Promise<void>;
};

export async function cliOf(gateway: SharedGateway | null): Promise<Cli> {
  const home = await mkdtemp(join(tmpdir(), 'gapless-cli-'));
  const own = {
    ...{ GAPLESS_HOME: home, GAPLESS_PROFILE: '' },
    ...{ GAPLESS_URL: gateway?.url ?? '', GAPLESS_TOKEN: gateway?.adminToken ?? '' },
  };

  const run: Cli['run'] = (args, { input = '', env = {} } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [PROGRAM, ...args], {
        cwd: home,
        env: { ...process.env, ...own, ...env },
      });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', chunk => stdout.push(chunk));
      child.stderr.on('data', chunk => stderr.push(chunk));
      child.on('error', reject);
      child.on('close', code =>
        resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
      );
      // It may end without reading its input.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });

  return {
    home,
    run,
    async json<T>(args: readonly string[], more: { env?: Record<string, string> } = {}) {
      const { code, stdout, stderr } = await run([...args, '--json'], more);
      if (code !== 0) throw new Error(`gapless ${args.join(' ')} ended with ${code}: ${stderr}`);
      const value: T = JSON.parse(stdout);
      return value;
    },
    start(args) {
      const child = spawn(process.execPath, [PROGRAM, ...args], {
        cwd: home,
        env: { ...process.env, ...own },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = new Promise<void>(resolve => child.on('close', () => resolve()));
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', chunk => (stdout += chunk));
      child.stderr.on('data', chunk => (stderr += chunk));
      return {
        lines: () => stdout.split('\n').slice(0, -1),
        notes: () => stderr.split('\n').slice(0, -1),
        signal: name => void child.kill(name),
        async stop() {
          child.kill('SIGKILL');
          await ended;
        },
      };
    },
    terminal: (args, env = {}) =>
      onTerminal([process.execPath, PROGRAM, ...args].join(' '), home, { ...process.env, ...own, ...env }),
    close: () => rm(home, { recursive: true }),
  };
}
