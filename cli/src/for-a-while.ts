/** What a command makes for a while, and undoes in any case. */
import { EXIT } from './ending';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A terminal and npm may both send one Ctrl-C. Who sends another later waits no longer. */
const SAME_MS = 1000;

/**
 * Runs `use`, and then `undo`; `undo` as well where the command is told to end meanwhile, which it then does. Told so a second time, it
 * ends at once.
 */
export async function forAWhile<T>(use: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  let toldAt: number | null = null;
  const exit = () => process.exit(EXIT.interrupted);
  const end = () => {
    if (toldAt === null) {
      toldAt = performance.now();
      undo().then(exit, exit);
    } else if (performance.now() - toldAt > SAME_MS) exit();
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await use();
  } finally {
    await undo();
    for (const signal of SIGNALS) process.off(signal, end);
  }
}
