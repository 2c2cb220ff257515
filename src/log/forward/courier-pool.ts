/**
 * Who carries a call: the object itself, or one of its couriers, and over how many of their six connections.
 *
 * The object comes first. It is awake anyway while it waits for a call, so what it sends itself costs neither a request nor
 * a second object's time, and comes a hop earlier: a lone webhook wakes no courier. Couriers follow one after the
 * other, each opened when all before it have no room for a call. Since the object counts what it has given to whom,
 * nobody waits for a connection that someone else holds.
 *
 * A destination on trial, one that never answered or is failing, may hang. All of those together get half of
 * anybody's connections, so that a healthy destination finds some wherever it looks; those beyond go to another courier.
 */
import { MAX_CONNECTIONS } from '../../delivery/connections';

/** Connections that the object has for deliveries. One is left to KV: a change of the webhook must not wait for receivers. */
export const OWN_CONNECTIONS = MAX_CONNECTIONS - 1;
/** The object itself. Couriers have the numbers from 1 on. */
export const ITSELF = 0;
/** Each call can have a courier of its own, so there is always one with room (`courier-calls.ts`). */
export const MAX_COURIERS = 24;

type Carrier = {
  readonly connections: number;
  used: number;
  /** How many of those used are for destinations on trial. */
  trials: number;
  /** Not to be asked before this moment, ms since 1970. */
  avoidedUntil: number;
};

/** Connections of one carrier that a call has. */
export type Place = { readonly carrier: number; readonly connections: number; readonly trial: boolean };

export class CourierPool {
  #carriers: Carrier[];

  /** @param own how many connections the object has for deliveries */
  constructor(own: number) {
    const counts = [own, ...Array.from({ length: MAX_COURIERS }, () => MAX_CONNECTIONS)];
    this.#carriers = counts.map(connections => ({ connections, used: 0, trials: 0, avoidedUntil: 0 }));
  }

  /** The first with room for `wanted` connections; else as many as the one with most has. Null when nobody has any. */
  take(wanted: number, trial: boolean, now: number): Place | null {
    let [best, most] = [-1, 0];
    for (const [carrier, one] of this.#carriers.entries()) {
      if (one.avoidedUntil > now) continue;
      const free = Math.min(wanted, room(one, trial));
      if (free > most) [best, most] = [carrier, free];
      if (free === wanted) break;
    }
    const found = this.#carriers[best];
    if (found === undefined) return null;
    found.used += most;
    if (trial) found.trials += most;
    return { carrier: best, connections: most, trial };
  }

  /** The call has ended. */
  free({ carrier, connections, trial }: Place): void {
    const found = this.#carriers[carrier];
    if (found === undefined) return;
    found.used -= connections;
    if (trial) found.trials -= connections;
  }

  /** One that failed, was silent or had no connection after all is left alone until `until`, ms since 1970. */
  avoid({ carrier }: Place, until: number): void {
    const found = this.#carriers[carrier];
    if (found !== undefined) found.avoidedUntil = until;
  }
}

function room({ connections, used, trials }: Carrier, trial: boolean): number {
  const free = connections - used;
  return trial ? Math.min(free, Math.floor(connections / 2) - trials) : free;
}
