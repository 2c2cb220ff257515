/**
 * When finished deliveries are flushed. One by itself is flushed at once; those that follow each other share flushes.
 *
 * Each flush costs a row, and being awake for 200 ms costs a sixth of one. So flushes are 200 ms apart, and 25 ms when a
 * delivery waits for one.
 */
import type { Clock } from '../../clock';

const INTERVAL_MS = 200;
const AWAITED_INTERVAL_MS = 25;

export type FlushTimerDeps = Clock & { flush: () => void };

export class FlushTimer {
  #deps: FlushTimerDeps;
  #lastAt = 0;
  #next: { at: number; cancel: () => void } | null = null;

  constructor(deps: FlushTimerDeps) {
    this.#deps = deps;
  }

  /** There is something to flush. `awaited`: a delivery can only start after it. */
  request(awaited: boolean): void {
    const now = this.#deps.now();
    const at = Math.max(now, this.#lastAt + (awaited ? AWAITED_INTERVAL_MS : INTERVAL_MS));
    if (this.#next !== null && this.#next.at <= at) return;
    this.#next?.cancel();
    const cancel = this.#deps.later(at - now, () => {
      this.#next = null;
      this.#deps.flush();
    });
    this.#next = { at, cancel };
  }

  /** Something was flushed. */
  flushed(): void {
    this.#lastAt = this.#deps.now();
  }

  stop(): void {
    this.#next?.cancel();
  }
}
