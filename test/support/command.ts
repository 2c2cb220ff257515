/** A command of `bin/` as npm runs it, with the admin token of a gateway in its environment. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export type Ended = { code: number; stdout: string; stderr: string };

export function runCommand(
  script: string,
  args: string[],
  { adminToken }: { adminToken: string },
  input = '',
): Promise<Ended> {
  return new Promise(resolve => {
    const path = join(import.meta.dirname, '../../bin', script);
    const env = { ...process.env, ADMIN_TOKEN: adminToken };
    const child = spawn(process.execPath, [path, ...args], { env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', chunk => (stdout += chunk));
    child.stderr.on('data', chunk => (stderr += chunk));
    child.on('close', code => resolve({ code: code ?? 1, stdout, stderr }));
    // It may end without reading its input.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
