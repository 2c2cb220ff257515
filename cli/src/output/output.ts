/**
 * What a command says: its answer to stdout, for people or with `--json` for programs, and everything else to stderr, so that
 * a script reads answers alone. Colours and progress are for terminals only.
 */
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { EXIT, Stop } from '../ending';
import type { Colour, Paint } from './table';

export type Output = {
  isJson: boolean;
  /** One document with `--json`; else what `human` makes of it. */
  answer(value: unknown, human: (paint: Paint) => string): void;
  /** One of many: with `--json` a line of its own. */
  item(value: unknown, human: (paint: Paint) => string): void;
  /** Bytes as they are. */
  bytes(content: Uint8Array): void;
  /** A sentence beside the answer. */
  note(text: string): void;
  /** A line that the next one takes the place of; on a terminal only. */
  progress(text: string): void;
  /** Goes on after a yes. Without a terminal to ask, `--yes` has to have said so. */
  confirm(question: string, isGiven: boolean): Promise<void>;
};

/** The part of a stream that is needed, as `process.stdout` has it. */
type Terminal = NodeJS.WriteStream;

/** Colours, where a terminal has them. */
export function paintOf(stdout: Terminal): Paint {
  const hasColours = stdout.isTTY === true && stdout.hasColors();
  return (colour: Colour, text: string) =>
    hasColours ? styleText(colour, text, { validateStream: false }) : text;
}

export function outputOf(isJson: boolean, stdout: Terminal, stderr: Terminal): Output {
  const paint = paintOf(stdout);
  let hasProgress = false;

  function clear(): void {
    if (hasProgress) stderr.clearLine(0);
    if (hasProgress) stderr.cursorTo(0);
    hasProgress = false;
  }
  function write(value: unknown, human: (paint: Paint) => string, indent: number): void {
    clear();
    stdout.write(`${isJson ? JSON.stringify(value, null, indent) : human(paint)}\n`);
  }
  return {
    isJson,
    answer: (value, human) => write(value, human, 2),
    item: (value, human) => write(value, human, 0),
    bytes(content) {
      clear();
      stdout.write(content);
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (stderr.isTTY !== true) return;
      clear();
      stderr.write(text.slice(0, (stderr.columns || 80) - 1));
      hasProgress = true;
    },
    async confirm(question, isGiven) {
      if (isGiven) return;
      if (process.stdin.isTTY !== true || stderr.isTTY !== true)
        throw new Stop(EXIT.usage, `${question}\nThere is no terminal to ask on: say --yes.`);
      const asking = createInterface({ input: process.stdin, output: stderr });
      const answer = await asking.question(`${question} [y/N] `);
      asking.close();
      if (!/^y(es)?$/i.test(answer.trim())) throw new Stop(EXIT.failed, 'Nothing was done.');
    },
  };
}
