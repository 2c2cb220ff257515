/**
 * A courier: a Durable Object that carries batches of events with six connections of its own. Workers called through
 * bindings would share those of the webhook's object, whatever they do locally; objects do not.
 *
 * A webhook has up to 24, opened one after the other as its backlog earns them. A courier stores nothing, keeps nothing
 * but who has its connections, and never calls the webhook's object. That one gives up on a call after the timeout and 10 s
 * more, and chooses couriers so that nobody waits here (`log/forward/courier-pool.ts`), except behind calls of a
 * webhook's object that has been started anew. If a call is lost as a whole, any of its events may have been delivered.
 */
import { DurableObject } from 'cloudflare:workers';
import { MEMORY } from '../memory/budget';
import { carry, carrying } from './carry';
import { MAX_CONNECTIONS } from './connections';
import { carryNamed, carryWhole } from './held-bodies';
import { type Held, heldRequests } from './held-requests';
import type { AttemptResult, CourierTarget, NamedEvent, OutgoingEvent } from './outgoing';

export class Courier extends DurableObject<Env> {
  readonly #deps = carrying(this.env, MAX_CONNECTIONS);

  /** See `carryWhole`. */
  deliver(target: CourierTarget, events: OutgoingEvent[]): Promise<AttemptResult[]> {
    return carryWhole(MEMORY.deliveries, target, events, this.#carry);
  }

  /** See `carryNamed`. */
  deliverNamed(target: CourierTarget, events: NamedEvent[]): Promise<AttemptResult[] | null> {
    return carryNamed(MEMORY.deliveries, target, events, this.#carry);
  }

  /** Does nothing. For the self-test: how long that takes is how long this object takes to wake up. */
  async wake(): Promise<void> {}

  /** For the self-test: sends requests at once, see `heldRequests`. */
  hold(url: string, count: number): Promise<Held[]> {
    return heldRequests(url, count);
  }

  /** The same over other couriers, asked by this object as a webhook's object asks them. @param couriers their names */
  async holdThrough(couriers: readonly string[], url: string, count: number): Promise<Held[]> {
    const stubs = couriers.map(name => this.env.COURIERS.getByName(name));
    // So that all begin at the same moment, however long each takes to wake up.
    await Promise.all(stubs.map(stub => stub.wake()));
    return (await Promise.all(stubs.map(stub => stub.hold(url, count)))).flat();
  }

  #carry = (target: CourierTarget, events: OutgoingEvent[]): Promise<AttemptResult[]> =>
    carry(target, events, this.#deps);
}
