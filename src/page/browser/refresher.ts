/**
 * When the page is asked for again: soon after something happened, at most every second and a half, and more seldom where the answer
 * takes long, so that a page nobody needs to be that new costs a gateway in trouble a tenth of its time at most.
 */
import { askAgain, type Outcome, show } from './fresh-page';

/** What happens together is shown together. */
const GATHER_MS = 150;
const LEAST_MS = 1500;
const AFTER_FAILURE_MS = 5000;
const MOST_MS = 30_000;
const SHARE = 10;

export class Refresher {
  #told: (outcome: Outcome) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | null = null;
  #isWanted = false;
  #earliest = 0;
  #isPressed = false;

  /** @param told hears how each asking went, once it is shown */
  constructor(told: (outcome: Outcome) => void) {
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
    this.#isWanted = true;
    if (this.#running !== null || this.#timer !== undefined) return;
    const wait = Math.max(GATHER_MS, this.#earliest - performance.now());
    this.#timer = setTimeout(() => this.#run(), wait);
  }

  /** Nothing is asked for until the next `ask`. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isWanted = false;
    this.#running?.abort();
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#isWanted = false;
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
      if (outcome instanceof Document) show(outcome);
      this.#told(outcome);
    }
    if (this.#isWanted) this.ask();
  }

  /** Waits while a pointer is down. */
  async #released(): Promise<void> {
    while (this.#isPressed) await new Promise(resolve => setTimeout(resolve, GATHER_MS));
  }
}
