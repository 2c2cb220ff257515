/**
 * The bodies that one object has under way, in the memory of its isolate. Deliveries of one event share its bytes, also with
 * couriers of the same isolate. A destination for whose next body there is no room waits for its turn, and asks again.
 */
import type { Clock } from '../../clock';
import type { DeliveryBytes, Hold, Wanted } from '../../memory/delivery-bytes';
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { Delivery } from './delivery';
import { OPERATIONS_ID } from './operations-destination';

/** How much longer than a destination's timeout a call may take, with some to spare. */
const CALL_MS = 20_000;

export type BodySource = {
  /** The bytes to send; null when they are gone. */
  body: (delivery: Delivery) => Uint8Array | null;
  /** The same without reading them. */
  hasBody: (delivery: Delivery) => boolean;
};

export class DeliveryBodies {
  #memory: DeliveryBytes;
  #source: BodySource;
  #clock: Pick<Clock, 'now'>;
  /** Bodies of other objects, and of this one before it was started anew, have other names. */
  #object = crypto.randomUUID();
  /** By destination, what it waits for. */
  #waiting = new Map<string, Wanted>();

  constructor(memory: DeliveryBytes, source: BodySource, clock: Pick<Clock, 'now'>) {
    this.#memory = memory;
    this.#source = source;
    this.#clock = clock;
  }

  /** To be given back with `release`. `full`: the destination waits now. Null when the body is gone. */
  hold(destination: DestinationRecord, delivery: Delivery, trial: boolean): Hold | 'full' | null {
    const { id, timeoutSeconds } = destination;
    const { sequence, bodyBytes: bytes } = delivery.event;
    // Some receive notices in a form of their own.
    const form = id === OPERATIONS_ID ? `/${id}` : '';
    const name = `${this.#object}/${sequence}${form}`;
    // It may have been erased while others have it under way.
    if (this.#memory.has(name) && !this.#source.hasBody(delivery)) return null;
    const until = this.#clock.now() + timeoutSeconds * 1000 + CALL_MS;
    const wanted = { name, bytes, trial, who: `${this.#object}/${id}`, until };
    const hold = this.#memory.hold(wanted, () => this.#source.body(delivery));
    if (hold === 'full') this.#waiting.set(id, wanted);
    else this.#waiting.delete(id);
    return hold;
  }

  release(hold: Hold): void {
    this.#memory.release(hold);
  }

  /** Whether the destination still has to wait. It keeps its place where it asks often enough. */
  mustWait(destinationId: string): boolean {
    const wanted = this.#waiting.get(destinationId);
    if (wanted === undefined) return false;
    if (!this.#memory.hasRoom(wanted)) return true;
    this.#waiting.delete(destinationId);
    return false;
  }

  isWaiting(destinationId: string): boolean {
    return this.#waiting.has(destinationId);
  }
}
