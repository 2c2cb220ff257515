/**
 * The moment in which the object woke, and which deliveries are left over from before it: those that an object whose writes
 * work would have made, and noted, already. Where they are found, it crashed, was deployed, or could not write.
 */
import type { Delivery } from './delivery';
import type { DestinationState } from './destination-state';

/** An alarm may be so late. */
const LATE_MS = 30_000;

export class Wake {
  #lastSequence: number;
  #at: number;

  /** @param lastSequence the highest then @param at ms since 1970 */
  constructor(lastSequence: number, at: number) {
    this.#lastSequence = lastSequence;
    this.#at = at;
  }

  /**
   * Not where something else may have held the delivery back: a circuit, a rate, a release, a replay. There a repeated delivery
   * is rarer than the write that would find out is dear.
   */
  isLeftOver({ gate, destination }: DestinationState, { event, row, replay }: Delivery): boolean {
    if (replay !== 0 || event.deferred || gate.failing || destination.ratePerSecond !== null) return false;
    if (event.sequence > this.#lastSequence) return false;
    return row === null || (row.nextAt !== null && row.nextAt < this.#at - LATE_MS);
  }
}
