/** `gapless` on a terminal of its own, as its users see it. The terminal is made by `script` of util-linux. */
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

export type OnTerminal = {
  /** All that was ever drawn, without colours and movements. */
  drawn(): string;
  press(keys: string): void;
  /** Its exit code. */
  ended: Promise<number | null>;
  stop(): void;
};

/** @param command as a shell takes it */
export function onTerminal(command: string, cwd: string, env: NodeJS.ProcessEnv): OnTerminal {
  const sized = `stty cols 120 rows 30; exec ${command}`;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', sized, '/dev/null'], {
    ...{ cwd, env: { ...env, TERM: 'xterm-256color' }, detached: true },
  });
  let drawn = '';
  child.stdout.on('data', (chunk: Buffer) => (drawn += chunk.toString()));
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>(resolve => child.on('close', resolve));
  return {
    drawn: () => stripVTControlCharacters(drawn),
    press: keys => void child.stdin.write(keys),
    ended,
    stop() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    },
  };
}
