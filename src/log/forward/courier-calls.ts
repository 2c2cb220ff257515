/**
 * Calls to couriers: how many run, what each carries, and what becomes of a call that fails as a whole.
 *
 * An object runs at most `MAX_CALLS` at a time, as one request may cause 32 Worker invocations. One of them is kept
 * free for every active destination. A destination on trial has one call with one connection; it gets more as it
 * answers, and falls back to one when a delivery fails. So hung destinations cannot take the calls that a healthy one needs.
 * Whose connections a call gets is up to `courier-pool.ts`.
 * A call that fails is no attempt: its deliveries go back, and fewer calls are made for a while. A courier that stays
 * silent too long counts as a timeout of each delivery that it had a connection for; the others go back.
 */

import type { Clock } from '../../clock';
import { Deadlines } from '../../delivery/deadlines';
import type { AttemptResult, CourierTarget, OpenedTarget, OutgoingEvent } from '../../delivery/outgoing';
import type { DeliveryBytes, Hold } from '../../memory/delivery-bytes';
import { isPlatformLimit } from '../../platform-limit';
import type { DestinationRecord } from '../../subscriptions/webhook';
import { CourierPool, MAX_COURIERS, type Place } from './courier-pool';
import { callsFor, connectionsFor, eventsPerCall, newTraffic, pause, type Traffic } from './courier-traffic';
import { type Delivery, failedAttempt, outgoingEvent } from './delivery';
import { type BodySource, DeliveryBodies } from './delivery-bodies';
import { OpenedTargets } from './opened-targets';

const MAX_CALLS = MAX_COURIERS;
const BYTES_PER_CALL = 4 * 1024 * 1024;
/** How much longer than a destination's timeout a courier may take, and for how long a silent one is not asked again. */
const SILENCE_MS = 10_000;
const AVOID_SILENT_MS = 60_000;

/** How deliveries leave the object. */
export type Couriers = {
  /** How many connections the object itself has for deliveries. */
  own: number;
  /** Opens the destination's secrets; null when they cannot be opened. */
  target: (destination: DestinationRecord) => Promise<OpenedTarget | null>;
  /** @param carrier who is to do it, as in `courier-pool.ts` */
  deliver: (target: CourierTarget, events: OutgoingEvent[], carrier: number) => Promise<AttemptResult[]>;
} & BodySource;

export type CourierCallsDeps = {
  couriers: Couriers;
  clock: Clock;
  memory: DeliveryBytes;
  /** An attempt has ended. */
  ended: (delivery: Delivery, result: AttemptResult) => void;
  /** A delivery was not attempted after all. */
  givenBack: (delivery: Delivery) => void;
  /** A call ended, so that another can start. */
  finished: () => void;
};

type Carried = { delivery: Delivery; event: OutgoingEvent; hold: Hold };

/** The calls of one object, for all its destinations. */
export class CourierCalls {
  #deps: CourierCallsDeps;
  #pool: CourierPool;
  #targets: OpenedTargets;
  #bodies: DeliveryBodies;
  #silences: Deadlines;
  #traffic = new Map<string, Traffic>();
  /** Destinations for which a call is kept free. */
  #active = new Set<string>();
  /** How many calls may run: halved when the runtime refuses one, one more with each that works. */
  #limit = MAX_CALLS;
  /** Deliveries under way, those of destinations on trial left out. */
  underWay = 0;
  /** Until when a limit of the platform stops all calls, ms since 1970. */
  #stoppedUntil = 0;

  constructor(deps: CourierCallsDeps) {
    const { couriers, clock, memory } = deps;
    this.#deps = deps;
    this.#pool = new CourierPool(couriers.own);
    this.#targets = new OpenedTargets(couriers.target, clock);
    this.#bodies = new DeliveryBodies(memory, couriers, clock);
    this.#silences = new Deadlines(clock);
  }

  /** Takes over the destinations of the webhook. Their URLs and secrets are read anew. */
  arrange(destinations: readonly DestinationRecord[]): void {
    this.#targets.clear();
    this.#active = new Set(destinations.filter(({ isActive }) => isActive).map(({ id }) => id));
    const known = new Set(destinations.map(({ id }) => id));
    for (const [id, { calls }] of this.#traffic) if (calls === 0 && !known.has(id)) this.#traffic.delete(id);
  }

  /** Calls that neither run nor are kept free for an active destination. */
  #free(): number {
    let taken = 0;
    for (const { calls } of this.#traffic.values()) taken += calls;
    for (const id of this.#active) if (this.#of(id).calls === 0) taken++;
    return this.#limit - taken;
  }

  /** How many calls this destination may start now. @param trial one at most, until it answers */
  freeCalls(destination: DestinationRecord, trial: boolean): number {
    if (this.resumesAt(destination.id) !== null) return 0;
    const traffic = this.#of(destination.id);
    const single = trial || destination.ordering === 'strict';
    const most = single ? 1 : Math.min(traffic.window, callsFor(destination.maxInFlight));
    const own = traffic.calls === 0 ? 1 : 0;
    return Math.max(0, Math.min(most - traffic.calls, own + Math.max(0, this.#free())));
  }

  /** When the pause after a failed call ends, ms since 1970, or null. The alarm goes on then, as a request of its own. */
  resumesAt(destinationId: string): number | null {
    const until = Math.max(this.#of(destinationId).pausedUntil, this.#stoppedUntil);
    return until > this.#deps.clock.now() ? until : null;
  }

  /** Whether the memory of the isolate has no room for what this destination would send next. It asks by this. */
  mustWait(destinationId: string): boolean {
    return this.#bodies.mustWait(destinationId);
  }

  /** Whether it had to wait when it asked last. */
  isWaiting(destinationId: string): boolean {
    return this.#bodies.isWaiting(destinationId);
  }

  /** Sends deliveries of one destination in up to `calls` calls. Those that do not fit into them are given back. */
  start(
    destination: DestinationRecord,
    deliveries: readonly Delivery[],
    { calls, trial }: { calls: number; trial: boolean },
  ): void {
    const most = this.#share(destination, deliveries.length, calls, trial);
    let next = 0;
    for (let call = 0; call < calls; call++) {
      const carried: Carried[] = [];
      let bytes = 0;
      while (next < deliveries.length && carried.length < most) {
        const delivery = deliveries[next];
        if (delivery === undefined) break;
        if (carried.length > 0 && bytes + delivery.event.bodyBytes > BYTES_PER_CALL) break;
        const hold = this.#bodies.hold(destination, delivery, trial);
        if (hold === 'full') break;
        next++;
        if (hold === null) {
          this.#deps.ended(delivery, failedAttempt('redacted', this.#deps.clock.now(), 0));
          continue;
        }
        bytes += hold.body.byteLength;
        carried.push({ delivery, event: outgoingEvent(delivery, hold, destination), hold });
      }
      if (carried.length > 0) void this.#run(destination, carried, trial);
    }
    for (const delivery of deliveries.slice(next)) this.#deps.givenBack(delivery);
  }

  /**
   * How many of `count` deliveries one of `calls` carries. A call is cheapest when it uses all its connections. Under
   * `key` it may carry fewer than that, because the next events of its keys wait for its end.
   */
  #share(destination: DestinationRecord, count: number, calls: number, trial: boolean): number {
    const even = Math.ceil(count / calls);
    const atOnce =
      destination.ordering === 'key' ? 1 : connectionsFor(destination.maxInFlight, this.#of(destination.id));
    return Math.min(eventsPerCall(destination, trial), Math.max(even, atOnce));
  }

  async #run(destination: DestinationRecord, carried: readonly Carried[], trial: boolean): Promise<void> {
    const { clock } = this.#deps;
    const traffic = this.#of(destination.id);
    const inOrder = destination.ordering === 'strict';
    const share = trial || inOrder ? 1 : connectionsFor(destination.maxInFlight, traffic);
    const place = this.#pool.take(Math.min(share, carried.length), trial, clock.now());
    // What this call leaves unused is not for the next ones: they have shares of their own.
    traffic.calls++;
    traffic.connections += share;
    if (!trial) this.underWay += carried.length;
    try {
      const target = place === null ? null : await this.#targets.of(destination);
      const results = place && target ? await this.#results(target, carried, place, inOrder) : [];
      // A target that does not open says nothing about who would have carried it.
      if (results.length === 0) this.#failed(traffic, target === null ? null : place);
      else this.#succeeded(traffic, results);
      for (const [index, { delivery }] of carried.entries()) {
        const result = results[index];
        if (result === undefined) this.#deps.givenBack(delivery);
        else this.#deps.ended(delivery, result);
      }
    } catch (error) {
      // A limit, a deploy or a crash: what the call did is unknown. All its events are sent again, under the same ids.
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      this.#failed(traffic, place);
      if (isPlatformLimit(error)) this.#stoppedUntil = Math.max(this.#stoppedUntil, traffic.pausedUntil);
      for (const { delivery } of carried) this.#deps.givenBack(delivery);
    } finally {
      if (place !== null) this.#pool.free(place);
      traffic.calls--;
      traffic.connections -= share;
      if (!trial) this.underWay -= carried.length;
      for (const { hold } of carried) this.#bodies.release(hold);
    }
    this.#deps.finished();
  }

  #failed(traffic: Traffic, place: Place | null): void {
    pause(traffic, this.#deps.clock.now());
    if (place !== null) this.#pool.avoid(place, traffic.pausedUntil);
  }

  #succeeded(traffic: Traffic, results: readonly AttemptResult[]): void {
    traffic.pauseMs = 0;
    this.#limit = Math.min(MAX_CALLS, this.#limit + 1);
    const answered = results.every(result => result?.outcome === 'delivered');
    traffic.window = answered ? Math.min(MAX_CALLS, traffic.window + 1) : 1;
  }

  /** Empty when nothing was begun. Rejects when the call fails. */
  async #results(
    target: OpenedTarget,
    carried: readonly Carried[],
    place: Place,
    inOrder: boolean,
  ): Promise<AttemptResult[]> {
    const { clock, couriers } = this.#deps;
    const startedAt = clock.now();
    const patience = target.timeoutMs + SILENCE_MS;
    let cancel = (): void => {};
    const silence = new Promise<AttemptResult[]>(resolve => {
      cancel = this.#silences.set(patience, () => {
        this.#pool.avoid(place, clock.now() + AVOID_SILENT_MS);
        const tried = carried.slice(0, place.connections);
        resolve(tried.map(() => failedAttempt('timeout', startedAt, patience)));
      });
    });
    const how = { inOrder, connections: place.connections, trial: place.trial };
    const events = carried.map(({ event }) => event);
    try {
      return await Promise.race([couriers.deliver({ ...target, ...how }, events, place.carrier), silence]);
    } finally {
      cancel();
    }
  }

  #of(destinationId: string): Traffic {
    const traffic = this.#traffic.get(destinationId) ?? newTraffic();
    this.#traffic.set(destinationId, traffic);
    return traffic;
  }
}
