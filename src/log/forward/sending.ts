/**
 * What leaves for a destination now: as much as its gate, its free calls and the writes allow. What becomes of it is told to
 * whoever made the calls.
 */
import type { Clock } from '../../clock';
import type { CourierCalls } from './courier-calls';
import { eventsPerCall } from './courier-traffic';
import { deliveryKey } from './delivery';
import type { DeliveryEnds } from './delivery-ends';
import type { DestinationState, Sources } from './destination-state';
import type { NextDeliveries } from './next-deliveries';
import type { Wake } from './wake';
import type { WriteWatch } from './write-watch';

export type SendingDeps = {
  clock: Clock;
  writes: WriteWatch;
  sources: Sources;
  calls: CourierCalls;
  next: NextDeliveries;
  ends: DeliveryEnds;
  wake: Wake;
  /** All destinations of the webhook. */
  states: ReadonlyMap<string, DestinationState>;
};

export class Sending {
  #deps: SendingDeps;

  constructor(deps: SendingDeps) {
    this.#deps = deps;
  }

  /** Starts what may leave for one destination. */
  send(state: DestinationState): void {
    const { clock, writes, sources, calls, next, ends, wake } = this.#deps;
    const { destination, gate, onTrial: trial } = state;
    const now = clock.now();
    state.unread = false;
    if (state.orderingHasChanged) {
      if (state.underWay.size > 0) return;
      state.reorder(sources);
    }
    const free = calls.freeCalls(destination, trial);
    const allowed = gate.allows(destination.ratePerSecond, now);
    const room = Math.min(allowed, free * eventsPerCall(destination, trial), this.#notable);
    if (room < 1 || calls.mustWait(destination.id)) return;
    const deliveries = next.take(state, room, now);
    if (deliveries.length === 0) return;
    gate.started(deliveries.length, now);
    for (const { event, replay } of deliveries) {
      state.underWay.add(deliveryKey(destination.id, event.sequence, replay));
    }
    const leftOver = deliveries.some(delivery => wake.isLeftOver(state, delivery));
    if (writes.mayBegin(leftOver)) calls.start(destination, deliveries, { calls: free, trial });
    else for (const delivery of deliveries) ends.givenBack(state, delivery);
  }

  /** How many deliveries may start now, as far as it is known that what becomes of them can be noted. */
  get #notable(): number {
    if (!this.#deps.writes.onTrial) return Number.POSITIVE_INFINITY;
    return [...this.#deps.states.values()].some(({ underWay }) => underWay.size > 0) ? 0 : 1;
  }
}
