/**
 * What may leave for a destination now: its circuit and its rate, in one answer. Both are stored by the owner.
 */
import { allowance, allowedAt, type Circuit, finished, opened, resumed, started } from './circuit';
import { emptyPace, nextTokenAt, type Pace, refill } from './pace';

/** The gate of one destination. */
export class Gate {
  circuit: Circuit;
  /** Null while the destination has no rate. */
  #pace: Pace | null;
  #probing = false;

  /** `now` in ms since 1970, here and below. */
  constructor(circuit: Circuit, now: number, pace: Pace | null = null) {
    this.circuit = circuit;
    this.#pace = pace ?? emptyPace(now);
  }

  /** What is left of the rate, to be stored; null where there is none to keep. */
  get pace(): Pace | null {
    return this.#pace;
  }

  /** From now on this rate is kept, or none. */
  limit(rate: number | null, now: number): void {
    this.#pace = rate === null ? null : (this.#pace ?? emptyPace(now));
  }

  /** True while only probes go out. */
  get onlyProbes(): boolean {
    return this.circuit.state === 'open';
  }

  /** True when the latest attempt failed. Such a destination gets one connection until it answers again. */
  get failing(): boolean {
    return this.circuit.state === 'open' || this.circuit.failures > 0;
  }

  /** How many deliveries may start now. @param rate events per second, or null for no limit */
  allows(rate: number | null, now: number): number {
    const allowed = allowance(this.circuit, this.#probing, now);
    if (rate === null) this.#pace = null;
    if (rate === null || allowed === 0) return allowed;
    this.#pace = refill(this.#pace ?? emptyPace(now), rate, now);
    return Math.min(allowed, Math.floor(this.#pace.tokens));
  }

  /** When `allows` will be more than 0; null when it is now, or when that depends on a result. */
  opensAt(rate: number | null, now: number): number | null {
    const circuitAt = allowedAt(this.circuit, this.#probing, now);
    if (circuitAt !== null || this.allows(rate, now) > 0) return circuitAt;
    if (rate === null || this.#pace === null) return null;
    return allowance(this.circuit, this.#probing, now) === 0 ? null : nextTokenAt(this.#pace, rate);
  }

  /** Counts deliveries that started. */
  started(count: number, now: number): void {
    if (this.onlyProbes) this.#probing = true;
    this.circuit = started(this.circuit, count, now);
    this.#earn(-count);
  }

  /** Takes in that an attempt ended. */
  finished(delivered: boolean, isProbe: boolean, now: number): void {
    if (isProbe) this.#probing = false;
    this.circuit = finished(this.circuit, delivered, isProbe, now);
  }

  /** All attempts failed for long. */
  open(now: number): void {
    this.circuit = opened(this.circuit, now);
  }

  /** Someone says that the destination is well. */
  resume(now: number): void {
    this.circuit = resumed(this.circuit, now);
  }

  /** Takes in that a delivery that was counted as started did not start after all. */
  returned(isProbe: boolean): void {
    if (isProbe) this.#probing = false;
    this.#earn(1);
  }

  #earn(tokens: number): void {
    if (this.#pace !== null) this.#pace = { ...this.#pace, tokens: this.#pace.tokens + tokens };
  }
}
