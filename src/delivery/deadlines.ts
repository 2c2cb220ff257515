/**
 * Aborts what takes too long. All that one courier has under way shares a timer: a timer costs as much as a signature, and
 * nearly every attempt ends long before its own would fire.
 */
export class Deadlines {
  #now: () => number;
  /** When each is aborted, ms since 1970. */
  #due = new Map<AbortController, number>();
  #timer: { at: number; id: ReturnType<typeof setTimeout> } | null = null;

  /** `now` in ms since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Aborts `controller` in `ms`, and not when an earlier call said. */
  set(controller: AbortController, ms: number): void {
    const at = this.#now() + ms;
    this.#due.set(controller, at);
    this.#arm(at);
  }

  clear(controller: AbortController): void {
    this.#due.delete(controller);
  }

  /** Nothing is aborted any more. */
  stop(): void {
    this.#due.clear();
    if (this.#timer !== null) clearTimeout(this.#timer.id);
    this.#timer = null;
  }

  /** The timer stands at the earliest time or before it; one that comes too early is set anew. */
  #arm(at: number): void {
    if (this.#timer !== null && this.#timer.at <= at) return;
    if (this.#timer !== null) clearTimeout(this.#timer.id);
    const id = setTimeout(() => this.#fire(), Math.max(0, at - this.#now()));
    this.#timer = { at, id };
  }

  #fire(): void {
    this.#timer = null;
    const now = this.#now();
    for (const [controller, at] of this.#due) {
      if (at > now) continue;
      this.#due.delete(controller);
      controller.abort();
    }
    if (this.#due.size > 0) this.#arm(Math.min(...this.#due.values()));
  }
}
