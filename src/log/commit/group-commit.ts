/**
 * Group commit: appends that reach the object together share one transaction.
 *
 * One that comes alone is committed in the turn in which it came: waiting for company would take longer than the
 * commit. What comes before the tick after a commit waits for it, so that under load many come together. An append resolves
 * only after its commit. A batch that fails is committed one by one, so that one bad event cannot refuse its neighbours. What
 * waits is bounded in bytes: beyond, an append is turned away at once.
 */
import { LIMITS } from '../../limits';
import type { AddResult, IncomingEvent } from '../contract/append';

/** An event's cost in the queue besides its body. */
const OVERHEAD_BYTES = 1024;

type Waiting = {
  event: IncomingEvent;
  resolve: (result: AddResult) => void;
  reject: (error: unknown) => void;
};

export class GroupCommit {
  /** Stores a batch in one transaction; results in its order; throws when it cannot. */
  #commit: (events: IncomingEvent[]) => AddResult[];
  /** After every batch that stored something. */
  #committed: () => void;
  #waiting: Waiting[] = [];
  #bytes = 0;
  /** Something was committed, and the tick after it is yet to come. */
  #ticking = false;

  constructor(commit: (events: IncomingEvent[]) => AddResult[], committed: () => void) {
    this.#commit = commit;
    this.#committed = committed;
  }

  append(event: IncomingEvent): Promise<AddResult> {
    const bytes = event.body.byteLength + OVERHEAD_BYTES;
    if (this.#bytes + bytes > LIMITS.MAX_PENDING_BYTES) return Promise.resolve({ kind: 'overloaded' });
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject });
      if (this.#ticking || this.#waiting.length > 1) return;
      // After all appends of the same call.
      queueMicrotask(() => this.#flush());
    });
  }

  #tick(): void {
    this.#ticking = false;
    if (this.#waiting.length > 0) this.#flush();
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    this.#ticking = true;
    setTimeout(() => this.#tick(), 0);
    try {
      const results = this.#commit(batch.map(({ event }) => event));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] ?? { kind: 'overloaded' });
    } catch {
      for (const waiting of batch) this.#flushOne(waiting);
    }
    this.#committed();
  }

  #flushOne({ event, resolve, reject }: Waiting): void {
    try {
      const [result] = this.#commit([event]);
      resolve(result ?? { kind: 'overloaded' });
    } catch (error) {
      reject(error);
    }
  }
}
