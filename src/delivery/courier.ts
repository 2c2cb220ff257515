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
import { PLATFORM_CLOCK } from '../clock';
import { MEMORY } from '../memory/budget';
import { carry, carrying } from './carry';
import { Connections, MAX_CONNECTIONS } from './connections';
import { carryNamed, carryWhole } from './held-bodies';
import type { AttemptResult, CourierTarget, NamedEvent, OutgoingEvent } from './outgoing';

export class Courier extends DurableObject<Env> {
  readonly #deps = carrying(this.env, new Connections(MAX_CONNECTIONS, PLATFORM_CLOCK));

  /** See `carryWhole`. */
  deliver(target: CourierTarget, events: OutgoingEvent[]): Promise<AttemptResult[]> {
    return carryWhole(MEMORY.deliveries, target, events, this.#carry);
  }

  /** See `carryNamed`. */
  deliverNamed(target: CourierTarget, events: NamedEvent[]): Promise<AttemptResult[] | null> {
    return carryNamed(MEMORY.deliveries, target, events, this.#carry);
  }

  #carry = (target: CourierTarget, events: OutgoingEvent[]): Promise<AttemptResult[]> =>
    carry(target, events, this.#deps);
}
