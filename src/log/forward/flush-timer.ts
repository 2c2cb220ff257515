/**
 * When results are flushed. A single one is flushed at once; those that follow each other closely share a flush.
 *
 * Each flush costs a row; 200 ms awake cost a sixth of one. So flushes are 200 ms apart, and 25 ms when a delivery
 * waits for one.
 */
import type { Clock } from '../../clock';

const INTERVAL_MS = 200;
const AWAITED_INTERVAL_MS = 25;

export type FlushTimerDeps = Clock & { flush: () => void };

/** Calls `flush` in time. The owner says when it has flushed for another reason. */
export class FlushTimer {
  #deps: FlushTimerDeps;
  #lastAt = 0;
  #next: { at: number; cancel: () => void } | null = null;

  constructor(deps: FlushTimerDeps) {
    this.#deps = deps;
  }

  /** Asks for a flush. @param awaited whether a delivery can only start after it */
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

  /** To be called with every flush. */
  flushed(): void {
    this.#lastAt = this.#deps.now();
  }

  stop(): void {
    this.#next?.cancel();
  }
}
