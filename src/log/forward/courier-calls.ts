/**
 * Calls to couriers: how many run, what each carries, and what becomes of a call that fails as a whole.
 *
 * An object runs at most `MAX_CALLS` at a time, as one request may cause 32 Worker invocations. One of them is kept
 * free for every active destination. A destination begins with one call, gets more as it answers, and falls back to one
 * when a delivery fails. So hung destinations cannot take the calls that a healthy one needs.
 * A call that fails is no attempt: its deliveries go back, and fewer calls are made for a while. A courier that stays
 * silent too long counts as a timeout of each delivery that it carried; under `strict`, of the first one only.
 */

import type { Clock } from '../../clock';
import { MAX_CONNECTIONS } from '../../delivery/courier';
import type { AttemptResult, CourierTarget, OpenedTarget, OutgoingEvent } from '../../delivery/outgoing';
import type { DestinationRecord } from '../../subscriptions/webhook';
import { callsFor, connectionsFor, newTraffic, pause, type Traffic } from './courier-traffic';
import { type Delivery, outgoingEvent } from './delivery';
import { MAX_TRAIL } from './trail';

const MAX_CALLS = 24;
const EVENTS_PER_CALL = 48;
const BYTES_PER_CALL = 4 * 1024 * 1024;
/** Bytes under way in all calls, because an object has 128 MB. The first call of a destination may exceed it. */
const MAX_BYTES = 32 * 1024 * 1024;
/** How much longer than a destination's timeout a courier may take. */
const SILENCE_MS = 10_000;

/** How deliveries leave the object. */
export type Couriers = {
  /** Opens the destination's secrets; null when they cannot be opened. */
  target: (destination: DestinationRecord) => Promise<OpenedTarget | null>;
  deliver: (target: CourierTarget, events: OutgoingEvent[]) => Promise<AttemptResult[]>;
  /** The bytes to send; null when they are gone. */
  body: (delivery: Delivery) => Uint8Array | null;
};

export type CourierCallsDeps = {
  couriers: Couriers;
  clock: Clock;
  /** An attempt has ended. */
  ended: (delivery: Delivery, result: AttemptResult) => void;
  /** A delivery was not attempted after all. */
  givenBack: (delivery: Delivery) => void;
  /** A call ended, so that another can start. */
  finished: () => void;
};

type Carried = { delivery: Delivery; event: OutgoingEvent };

/** The calls of one object, for all its destinations. */
export class CourierCalls {
  #deps: CourierCallsDeps;
  #traffic = new Map<string, Traffic>();
  /** Opened targets, and until when (ms since 1970) all their secrets are usable. */
  #targets = new Map<string, { target: Promise<OpenedTarget | null>; until: number }>();
  /** Destinations for which a call is kept free. */
  #active = new Set<string>();
  #bytes = 0;
  /** How many calls may run: halved when the runtime refuses one, one more with each that works. */
  #limit = MAX_CALLS;

  constructor(deps: CourierCallsDeps) {
    this.#deps = deps;
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

  /** How many calls this destination may start now. @param failing one at most, until it answers again */
  freeCalls(destination: DestinationRecord, failing: boolean): number {
    const traffic = this.#of(destination.id);
    if (traffic.pausedUntil > this.#deps.clock.now()) return 0;
    const single = failing || destination.ordering === 'strict';
    const most = single ? 1 : Math.min(traffic.window, callsFor(destination.maxInFlight));
    const own = traffic.calls === 0 ? 1 : 0;
    return Math.max(0, Math.min(most - traffic.calls, own + Math.max(0, this.#free())));
  }

  /**
   * How many events one call carries at most. Under `key`, the next events of its keys wait for the whole call, so it
   * carries no more than it can send at once. Otherwise all calls together carry about half the trail. If they carried
   * all of it, one slow call would stop the cursor, and the other calls would have nothing to send.
   */
  eventsPerCall({ ordering, maxInFlight }: DestinationRecord): number {
    if (ordering === 'key') return MAX_CONNECTIONS;
    const calls = ordering === 'strict' ? 1 : callsFor(maxInFlight);
    return Math.min(EVENTS_PER_CALL, Math.max(MAX_CONNECTIONS, Math.floor(MAX_TRAIL / 2 / calls)));
  }

  /** When the pause after a failed call ends, ms since 1970, or null. */
  resumesAt(destinationId: string): number | null {
    const { pausedUntil } = this.#of(destinationId);
    return pausedUntil > this.#deps.clock.now() ? pausedUntil : null;
  }

  /** Sends deliveries of one destination in up to `calls` calls. Those that do not fit into them are given back. */
  start(destination: DestinationRecord, deliveries: readonly Delivery[], calls: number): void {
    const most = this.#share(destination, deliveries.length, calls);
    let next = 0;
    for (let call = 0; call < calls; call++) {
      const carried: Carried[] = [];
      let bytes = 0;
      while (next < deliveries.length && carried.length < most) {
        const delivery = deliveries[next];
        if (delivery === undefined || !this.#fits(destination, delivery, carried.length, bytes)) break;
        next++;
        const body = this.#deps.couriers.body(delivery);
        if (body === null) {
          this.#deps.ended(delivery, failure('redacted', this.#deps.clock.now(), 0));
          continue;
        }
        bytes += body.byteLength;
        carried.push({ delivery, event: outgoingEvent(delivery, body, destination) });
      }
      if (carried.length > 0) void this.#run(destination, carried, bytes);
    }
    for (const delivery of deliveries.slice(next)) this.#deps.givenBack(delivery);
  }

  /**
   * How many of `count` deliveries one of `calls` carries. A call is cheapest when it uses all its connections. Under
   * `key` it may carry fewer than that, because the next events of its keys wait for its end.
   */
  #share(destination: DestinationRecord, count: number, calls: number): number {
    const even = Math.ceil(count / calls);
    const atOnce =
      destination.ordering === 'key' ? 1 : connectionsFor(destination.maxInFlight, this.#of(destination.id));
    return Math.min(this.eventsPerCall(destination), Math.max(even, atOnce));
  }

  #fits({ id }: DestinationRecord, { event }: Delivery, carried: number, bytes: number): boolean {
    if (carried > 0) return bytes + event.bodyBytes <= Math.min(BYTES_PER_CALL, MAX_BYTES - this.#bytes);
    return this.#of(id).calls === 0 || event.bodyBytes <= MAX_BYTES - this.#bytes;
  }

  async #run(destination: DestinationRecord, carried: Carried[], bytes: number): Promise<void> {
    const traffic = this.#of(destination.id);
    const inOrder = destination.ordering === 'strict';
    const connections = connectionsFor(destination.maxInFlight, traffic);
    traffic.calls++;
    traffic.connections += connections;
    this.#bytes += bytes;
    try {
      const results = await this.#results(destination, carried, { inOrder, connections });
      if (results === null) pause(traffic, this.#deps.clock.now());
      else this.#succeeded(traffic, results);
      for (const [index, { delivery }] of carried.entries()) {
        const result = results?.[index];
        if (result === undefined) this.#deps.givenBack(delivery);
        else this.#deps.ended(delivery, result);
      }
    } catch {
      // A limit, a deploy or a crash: what the call did is unknown. All its events are sent again, under the same ids.
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      pause(traffic, this.#deps.clock.now());
      for (const { delivery } of carried) this.#deps.givenBack(delivery);
    } finally {
      traffic.calls--;
      traffic.connections -= connections;
      this.#bytes -= bytes;
    }
    this.#deps.finished();
  }

  #succeeded(traffic: Traffic, results: readonly AttemptResult[]): void {
    traffic.pauseMs = 0;
    this.#limit = Math.min(MAX_CALLS, this.#limit + 1);
    const answered = results.every(result => result.outcome === 'delivered');
    traffic.window = answered ? Math.min(MAX_CALLS, traffic.window + 1) : 1;
  }

  /** Null when nothing was sent: no target, or the courier began nothing. Rejects when the call fails. */
  async #results(
    destination: DestinationRecord,
    carried: Carried[],
    how: Pick<CourierTarget, 'inOrder' | 'connections'>,
  ): Promise<AttemptResult[] | null> {
    const target = await this.#target(destination).catch(() => null);
    if (target === null) {
      this.#targets.delete(destination.id);
      return null;
    }
    const startedAt = this.#deps.clock.now();
    const patience = target.timeoutMs + SILENCE_MS;
    let cancel = (): void => {};
    const silence = new Promise<AttemptResult[]>(resolve => {
      cancel = this.#deps.clock.later(patience, () => {
        const tried = how.inOrder ? carried.slice(0, 1) : carried;
        resolve(tried.map(() => failure('timeout', startedAt, patience)));
      });
    });
    const events = carried.map(({ event }) => event);
    try {
      const results = await Promise.race([
        this.#deps.couriers.deliver({ ...target, ...how }, events),
        silence,
      ]);
      return results.length > 0 ? results : null;
    } finally {
      cancel();
    }
  }

  #target(destination: DestinationRecord): Promise<OpenedTarget | null> {
    const now = this.#deps.clock.now();
    const known = this.#targets.get(destination.id);
    if (known !== undefined && now < known.until) return known.target;
    const ends = destination.secrets.map(({ usableUntil }) => usableUntil ?? Number.POSITIVE_INFINITY);
    const until = Math.min(Number.POSITIVE_INFINITY, ...ends.filter(end => end > now));
    const target = this.#deps.couriers.target(destination);
    this.#targets.set(destination.id, { target, until });
    return target;
  }

  #of(destinationId: string): Traffic {
    const known = this.#traffic.get(destinationId);
    if (known !== undefined) return known;
    const traffic = newTraffic();
    this.#traffic.set(destinationId, traffic);
    return traffic;
  }
}

const failure = (error: AttemptResult['error'], at: number, durationMs: number): AttemptResult => ({
  outcome: 'failed',
  status: null,
  error,
  at,
  durationMs,
  retryAfterMs: null,
});
