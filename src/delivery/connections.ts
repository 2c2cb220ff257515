/**
 * The connections of one object. Cloudflare lets a top-level request wait for the headers of six fetches at a time. It
 * queues the seventh where nobody sees it, and the seventh's timeout runs on meanwhile. So connections are counted here,
 * before `fetch`: whoever has one can send at once.
 */
import type { Clock } from '../clock';

/** Fetches of one object that may wait for headers in production. Local runtimes do not limit them. */
export const MAX_CONNECTIONS = 6;

export class Connections {
  #free: number;
  #clock: Pick<Clock, 'later'>;
  #waiting: ((granted: boolean) => void)[] = [];

  constructor(count: number, clock: Pick<Clock, 'later'>) {
    this.#free = count;
    this.#clock = clock;
  }

  /** Takes a connection, after those who asked before. False when none was free for `patienceMs`. */
  take(patienceMs: number): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(true);
    }
    return new Promise(resolve => {
      const cancel = this.#clock.later(patienceMs, () => {
        this.#waiting = this.#waiting.filter(one => one !== answer);
        resolve(false);
      });
      const answer = (granted: boolean): void => {
        cancel();
        resolve(granted);
      };
      this.#waiting.push(answer);
    });
  }

  /** Gives a connection back. */
  free(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next(true);
  }
}
