/**
 * Group commit: appends that reach the object together share one transaction.
 *
 * An append that comes alone is committed in its own turn of the event loop: waiting for others would take longer than
 * the commit. After a commit, appends are collected until the next turn of the event loop and committed together.
 *
 * Appends and deliveries share one thread, and an append takes fewer turns than a delivery: under full load events would be accepted
 * much faster than they leave. So where turns take long and deliveries are under way, appends let turns pass, and their next
 * batch is larger. Then an event that was accepted leaves within milliseconds, however many come, and they come
 * no faster than they leave. Nobody waits for a slow receiver: while that is what takes time, turns are short.
 *
 * An append resolves only after its commit. A batch that fails is committed one by one, so that one bad event does not
 * fail the others; when the storage says that it takes none, the rest is refused untried. The bytes that wait are bounded, in the
 * object and in its isolate: an append beyond is refused as `overloaded` at once.
 */
import { LIMITS } from '../../limits';
import type { BodyShare } from '../../memory/request-bytes';
import { refusesAll, storageRefusal } from '../../storage-refusal';
import type { AddResult, IncomingEvent } from '../contract/append';

/** What a waiting event takes in memory besides its body, about. */
const OVERHEAD_BYTES = 1024;
/** Turns that take longer on average are long: more than a timer is late by itself. */
const LONG_TURN_MS = 2;
/** How much the latest turn says of the average. A single short one does not mean that there is time again. */
const WEIGHT = 1 / 4;
/** For how long appends let turns pass at most. */
const MAX_YIELD_MS = 100;

export type GroupCommitDeps = {
  /** What the waiting hold of the isolate's memory. */
  share: BodyShare;
  /** Whether so many deliveries are under way that appends let them go first. */
  deliveriesWait: () => boolean;
};

type Waiting = { event: IncomingEvent; resolve: (result: AddResult) => void };

/** The appends of one object, as they wait for their commit. */
export class GroupCommit {
  #commit: (events: IncomingEvent[]) => AddResult[];
  #committed: (all: boolean) => void;
  #failed: (error: unknown) => void;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #share: BodyShare;
  #deliveriesWait: () => boolean;
  /** How long turns of the event loop take, on average, in ms. */
  #turnMs = 0;
  /** True between a commit and the next turn of the event loop that is theirs: appends are collected. */
  #collecting = false;

  /**
   * @param commit stores a batch in one transaction and gives results in its order; throws when it cannot
   * @param committed is called after every batch of which something was committed, with whether all of it was
   * @param failed is called for every batch of which something could not be stored, with the first error
   */
  constructor(
    commit: (events: IncomingEvent[]) => AddResult[],
    committed: (all: boolean) => void,
    failed: (error: unknown) => void,
    { share, deliveriesWait }: GroupCommitDeps,
  ) {
    this.#commit = commit;
    this.#committed = committed;
    this.#failed = failed;
    this.#share = share;
    this.#deliveriesWait = deliveriesWait;
  }

  /** Resolves after the event's commit, or with why it could not be stored. */
  append(event: IncomingEvent): Promise<AddResult> {
    const bytes = this.#bytes + event.body.byteLength + OVERHEAD_BYTES;
    if (bytes > LIMITS.MAX_PENDING_BYTES || !this.#share.hold(bytes)) {
      return Promise.resolve({ kind: 'overloaded' });
    }
    this.#bytes = bytes;
    return new Promise(resolve => {
      this.#waiting.push({ event, resolve });
      if (this.#collecting || this.#waiting.length > 1) return;
      // A microtask runs after all appends of the same RPC call, so they are in the batch too.
      void Promise.resolve().then(() => this.#flush());
    });
  }

  /** @param since when the commit was, ms since 1970. By the runtime's clock, as its turns are what is measured. */
  #collect(since: number): void {
    const asked = Date.now();
    setTimeout(() => {
      const came = Date.now();
      this.#turnMs += (came - asked - this.#turnMs) * WEIGHT;
      // A clock that is set ends the wait.
      const mayWait = Math.abs(came - since) < MAX_YIELD_MS;
      if (mayWait && this.#turnMs >= LONG_TURN_MS && this.#deliveriesWait()) this.#collect(since);
      else this.#goOn();
    }, 0);
  }

  #goOn(): void {
    this.#collecting = false;
    if (this.#waiting.length > 0) this.#flush();
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    this.#share.end();
    this.#collecting = true;
    this.#collect(Date.now());
    const committed = this.#commitAll(batch);
    if (committed > 0) this.#committed(committed === batch.length);
  }

  /** Gives how many were committed. */
  #commitAll(batch: readonly Waiting[]): number {
    try {
      const results = this.#commit(batch.map(({ event }) => event));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] ?? { kind: 'overloaded' });
      return batch.length;
    } catch (error) {
      return batch.length === 1 ? this.#refuse(batch, error) : this.#commitEach(batch);
    }
  }

  #commitEach(batch: readonly Waiting[]): number {
    let committed = 0;
    let firstError: { error: unknown } | null = null;
    for (const [index, waiting] of batch.entries()) {
      try {
        const [result] = this.#commit([waiting.event]);
        waiting.resolve(result ?? { kind: 'overloaded' });
        committed++;
      } catch (error) {
        firstError ??= { error };
        const refused = storageRefusal(error);
        const rest = refusesAll(refused) ? batch.slice(index) : [waiting];
        for (const { resolve } of rest) resolve({ kind: 'overloaded', refused });
        if (refusesAll(refused)) break;
      }
    }
    if (firstError !== null) this.#failed(firstError.error);
    return committed;
  }

  #refuse(batch: readonly Waiting[], error: unknown): 0 {
    for (const { resolve } of batch) resolve({ kind: 'overloaded', refused: storageRefusal(error) });
    this.#failed(error);
    return 0;
  }
}
