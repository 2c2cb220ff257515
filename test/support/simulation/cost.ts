/** Rows written and read while a scene goes on, and a log to count them beside. */
import { MINUTE } from '../durations';
import type { Scene } from './scene';

const BATCH = 500;

export type Rows = { written: number; read: number };

export async function costOf(s: Scene, run: () => Promise<unknown>): Promise<Rows> {
  const count = s.world.countRows();
  await run();
  return count();
}

/** So many events in the log, and everything about them done. */
export async function fill(s: Scene, events: number): Promise<void> {
  s.reply = () => ({ status: 200, ms: 5 });
  for (let left = events; left > 0; left -= BATCH) {
    await s.append(Math.min(BATCH, left));
    await s.wait(MINUTE);
  }
  await s.wait(10 * MINUTE);
}
