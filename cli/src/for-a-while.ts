/** What a command makes for a while, and undoes in any case. */
import { EXIT } from './ending';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs `use`, and then `undo`; `undo` as well where the command is told to end meanwhile, which it then does. */
export async function forAWhile<T>(use: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  let isEnding = false;
  // A terminal and npm may both send the signal.
  const end = () => {
    if (isEnding) return;
    isEnding = true;
    void undo().finally(() => process.exit(EXIT.interrupted));
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await use();
  } finally {
    await undo();
    for (const signal of SIGNALS) process.off(signal, end);
  }
}
