/**
 * What bodies may take of an isolate's memory, in one budget. The Worker, webhooks' objects and couriers may share an isolate,
 * and its 128 MiB.
 *
 * Requests and deliveries have a part each, so that neither receivers that hang keep events from being taken, nor a flood of
 * requests those taken from being delivered. A request for which there is no room is answered 503; a delivery waits. What they
 * leave is for the latest events, which can be read from the log again: those are dropped first.
 */
import { LIMITS } from '../limits';
import { logLine } from '../log-line';
import { DeliveryBytes } from './delivery-bytes';
import { RecentBytes } from './recent-bytes';
import { RequestBytes } from './request-bytes';

export type BudgetOptions = {
  /** Bytes. */
  requests?: number;
  unfinished?: number;
  deliveries?: number;
  trials?: number;
  recent?: number;
  /** ms since 1970 */
  now?: () => number;
  log?: typeof logLine;
};

/** One line in so many ms says that deliveries wait. */
const SAY_AGAIN_MS = 60_000;

export class MemoryBudget {
  readonly requests: RequestBytes;
  readonly deliveries: DeliveryBytes;
  readonly recent: RecentBytes;
  /** The most bytes that were held at a time. */
  peak = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor({
    requests = LIMITS.MAX_REQUEST_BYTES,
    unfinished = LIMITS.MAX_UNFINISHED_BYTES,
    deliveries = LIMITS.MAX_DELIVERY_BYTES,
    trials = LIMITS.MAX_TRIAL_BYTES,
    recent = LIMITS.MAX_RECENT_BYTES,
    now = () => Date.now(),
    log = logLine,
  }: BudgetOptions = {}) {
    const total = requests + deliveries;
    const grown = (): void => {
      this.recent.fit();
      this.peak = Math.max(this.peak, this.bytes);
    };
    this.requests = new RequestBytes({ most: requests, unfinished, grown, now });
    this.deliveries = new DeliveryBytes({
      ...{ trials, others: deliveries - trials, grown, now },
      exhausted: waiting => {
        if (now() - this.#saidAt < SAY_AGAIN_MS) return;
        this.#saidAt = now();
        log('memory_full', { bytes: this.deliveries.bytes, waiting });
      },
    });
    this.recent = new RecentBytes(
      () => Math.min(recent, total - this.requests.bytes - this.deliveries.bytes),
      now,
    );
  }

  /** All that is held now. */
  get bytes(): number {
    return this.requests.bytes + this.deliveries.bytes + this.recent.bytes;
  }
}

/** That of this isolate. */
export const MEMORY = new MemoryBudget();
