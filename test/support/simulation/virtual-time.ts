/**
 * A clock that stands still until it is told to go on: timers fire in order, promises settle in between, and a month
 * takes seconds. Same seed, same order: what fires at the same moment fires in the order it was asked for.
 */

type Timer = { at: number; order: number; action: (() => void) | null };

/** Promise reactions of the code under test are this deep at most; more costs little. */
const TURNS = 30;
/** Now and then the runtime gets a real turn, in which it commits what was written. */
const STEPS_PER_REAL_TURN = 2000;

export class VirtualTime {
  /** ms since 1970 */
  now: number;
  steps = 0;
  /** Between two moments in which something happens: promises have settled, and the next timer has not fired. */
  between: (() => void) | null = null;
  #timers: Timer[] = [];
  #order = 0;

  constructor(now: number) {
    this.now = now;
  }

  /** Runs `action` after `ms`; returns what cancels it. */
  later = (ms: number, action: () => void): (() => void) => {
    const timer: Timer = { at: Math.ceil(this.now + Math.max(0, ms)), order: this.#order++, action };
    this.#push(timer);
    return () => {
      timer.action = null;
    };
  };

  sleep(ms: number): Promise<void> {
    return new Promise(resolve => void this.later(ms, resolve));
  }

  /** Lets promises settle without letting time pass. */
  async turn(): Promise<void> {
    for (let i = 0; i < TURNS; i++) await null;
    this.between?.();
  }

  /** Fires what is due until `until` (ms since 1970), and stands there. */
  async runUntil(until: number): Promise<void> {
    await this.turn();
    while (await this.#step(until));
    this.now = Math.max(this.now, Math.ceil(until));
  }

  /** Fires everything there is, up to `until` or so many timers. True when nothing is left. */
  async runOut(until: number, mostSteps = Number.POSITIVE_INFINITY): Promise<boolean> {
    await this.turn();
    const last = this.steps + mostSteps;
    while (this.steps < last && (await this.#step(until)));
    return this.#timers.every(timer => timer.action === null);
  }

  async #step(until: number): Promise<boolean> {
    const [first] = this.#timers;
    if (first === undefined || first.at > until) return false;
    this.#pop();
    if (first.action === null) return true;
    this.now = Math.max(this.now, first.at);
    first.action();
    await this.turn();
    if (++this.steps % STEPS_PER_REAL_TURN === 0) await scheduler.wait(0);
    return true;
  }

  // A binary heap, the earliest first.
  #push(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || before(parent, timer)) break;
      heap[at] = parent;
      heap[above] = timer;
      at = above;
    }
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      const left = heap[below];
      const right = heap[below + 1];
      if (left === undefined) break;
      const right1 = right !== undefined && before(right, left);
      const child = right1 ? right : left;
      if (before(last, child)) break;
      heap[at] = child;
      at = right1 ? below + 1 : below;
    }
    heap[at] = last;
  }
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
