/**
 * When finished deliveries are flushed. One by itself at once; those that follow each other share flushes, because each
 * costs a row, and a fifth of a second awake a sixth of one. Who waits for a flush to be let go waits for less.
 */

const INTERVAL_MS = 200;
const AWAITED_INTERVAL_MS = 25;

export type FlushTimerDeps = {
  now: () => number;
  /** Runs `action` after `ms`; returns what cancels it. */
  later: (ms: number, action: () => void) => () => void;
  flush: () => void;
};

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
