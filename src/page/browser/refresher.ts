/**
 * When the page is asked for again: soon after something happened, at most every second and a half, and more seldom where the answer
 * takes long, so that a page nobody needs to be that new costs a gateway in trouble a tenth of its time at most. What shows nothing for
 * longer than a moment is told as late, so that nobody takes an old page for a new one.
 */
import { askAgain, type Outcome, show } from './fresh-page';

/** What happens together is shown together. */
const GATHER_MS = 150;
const LEAST_MS = 1500;
const AFTER_FAILURE_MS = 5000;
const MOST_MS = 30_000;
const SHARE = 10;
/** What happened so long ago, and is not shown yet, is late. */
const LATE_MS = 2500;

export class Refresher {
  #told: (outcome: Outcome | 'late') => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | null = null;
  /** Since when something is not on the page yet that is not being asked for either, as `performance.now` says; null: there is nothing. */
  #wantedSince: number | null = null;
  #isUrgent = false;
  #earliest = 0;
  #late: ReturnType<typeof setTimeout> | undefined;
  #isPressed = false;

  /** @param told hears how each asking went, once it is shown; and that the page is `late` */
  constructor(told: (outcome: Outcome | 'late') => void) {
    this.#told = told;
    // What is being pressed does not move away.
    addEventListener('pointerdown', () => {
      this.#isPressed = true;
    });
    for (const type of ['pointerup', 'pointercancel']) {
      addEventListener(type, () => {
        this.#isPressed = false;
      });
    }
  }

  /** Something may have changed. */
  ask(): void {
    this.#wantedSince ??= performance.now();
    this.#late ??= setTimeout(() => this.#told('late'), LATE_MS);
    if (this.#running !== null || this.#timer !== undefined) return;
    const wait = this.#isUrgent ? 0 : Math.max(GATHER_MS, this.#earliest - performance.now());
    this.#timer = setTimeout(() => this.#run(), wait);
  }

  /** The same, and it is not held back by what an earlier answer took: nothing was heard for a while. */
  askNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isUrgent = true;
    this.ask();
  }

  /** Nothing is asked for until the next `ask`. */
  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#late);
    this.#timer = undefined;
    this.#late = undefined;
    this.#wantedSince = null;
    this.#isUrgent = false;
    this.#running?.abort();
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#wantedSince = null;
    this.#isUrgent = false;
    const running = new AbortController();
    this.#running = running;
    const began = performance.now();
    const outcome = await askAgain(running.signal);
    const took = performance.now() - began;
    await this.#released();
    const least = outcome === 'failed' ? AFTER_FAILURE_MS : LEAST_MS;
    this.#earliest = performance.now() + Math.min(MOST_MS, Math.max(least, took * SHARE));
    this.#running = null;
    if (!running.signal.aborted) {
      if (outcome instanceof Document) {
        show(outcome);
        this.#shown();
      }
      this.#told(outcome);
    }
    if (this.#wantedSince !== null) this.ask();
  }

  /** The page is as it was when it was asked for: what came since is late from its own time on. */
  #shown(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
    if (this.#wantedSince === null) return;
    const left = this.#wantedSince + LATE_MS - performance.now();
    this.#late = setTimeout(() => this.#told('late'), Math.max(0, left));
  }

  /** Waits while a pointer is down. */
  async #released(): Promise<void> {
    while (this.#isPressed) await new Promise(resolve => setTimeout(resolve, GATHER_MS));
  }
}
