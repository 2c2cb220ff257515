/** The terminal of the interactive view: keys in, lines out. The libraries know its escape codes, nothing here does. */
import { emitKeypressEvents } from 'node:readline';
import { createLogUpdate } from 'log-update';
import sliceAnsi from 'slice-ansi';

/** However many events come, it is drawn so often. */
const DRAW_MS = 40;

export type Terminal = {
  size(): { columns: number; rows: number };
  /** Draws what `lines` gives then, soon. */
  draw(lines: () => readonly string[]): void;
  /** A text in lines that fit. */
  wrap(text: string): string[];
  /** Gives the terminal back, with the last that was drawn on it. */
  close(): void;
};

type Key = { name: string; ctrl: boolean; meta: boolean };

/** @param key is told the names of keys: `up`, `j`, `escape`, `ctrl-c` */
export function openTerminal(
  { stdin, stdout }: Pick<NodeJS.Process, 'stdin' | 'stdout'>,
  told: { key(name: string): void; resized(): void },
): Terminal {
  const write = createLogUpdate(stdout, { showCursor: false });
  let timer: NodeJS.Timeout | null = null;
  let lines: () => readonly string[] = () => [];

  // Some terminals do not say how large they are.
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  function onKey(_: string | undefined, { name = '', ctrl, meta }: Partial<Key>): void {
    // Escape and another key right after it look like one with Alt.
    if (meta === true && name !== 'escape') told.key('escape');
    told.key(ctrl === true ? `ctrl-${name}` : name);
  }
  function paint(): void {
    timer = null;
    const { columns } = size();
    write(
      lines()
        .map(line => sliceAnsi(line, 0, columns))
        .join('\n'),
    );
  }
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.on('keypress', onKey);
  stdin.resume();
  stdout.on('resize', told.resized);

  return {
    size,
    draw(next) {
      lines = next;
      timer ??= setTimeout(paint, DRAW_MS);
    },
    wrap: text => text.split('\n').flatMap(line => cut(line, size().columns)),
    close() {
      if (timer !== null) {
        clearTimeout(timer);
        paint();
      }
      write.done();
      stdin.off('keypress', onKey);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.off('resize', told.resized);
    },
  };
}

function cut(line: string, columns: number): string[] {
  const parts: string[] = [];
  for (let from = 0; ; from += columns) {
    const part = sliceAnsi(line, from, from + columns);
    if (part === '' && from > 0) return parts;
    parts.push(part);
    if (part === '') return parts;
  }
}
