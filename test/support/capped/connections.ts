/**
 * What one top-level request may have at a time on Cloudflare: six fetches that wait for their headers, or calls of KV. The
 * seventh waits for its turn, unsent, while the time of whoever made it runs on.
 */

const MAX_CONNECTIONS = 6;

export class Connections {
  #open = 0;
  #waiting: (() => void)[] = [];

  /** Sends as soon as a connection is free, and keeps it until the headers are there. A signal ends the wait, too. */
  async use<T>(send: () => Promise<T>, signal: AbortSignal | null): Promise<T> {
    await this.#acquire(signal);
    try {
      return await send();
    } finally {
      this.#open--;
      this.#waiting.shift()?.();
    }
  }

  #acquire(signal: AbortSignal | null): Promise<void> {
    signal?.throwIfAborted();
    if (this.#open < MAX_CONNECTIONS) {
      this.#open++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', giveUp);
        this.#open++;
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting = this.#waiting.filter(one => one !== begin);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', giveUp);
      this.#waiting.push(begin);
    });
  }
}
