/**
 * Couriers and receivers that fail in every way they can: receivers are down for minutes or days, answer 5xx, 410 or
 * 429, or hang; courier calls are refused, lost after they did their work, fall silent, or do only a part. Everything
 * that reaches a receiver is told to `observe`. A call behaves as `Courier` does: events are begun in order.
 */
import type { AttemptResult, CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import type { Chance } from './random';
import { type Observer, type Reply, simulatedCourier } from './simulated-courier';
import type { VirtualTime } from './virtual-time';
import type { Deliver } from './world';

export type Weather = 'fine' | 'down' | 'errors' | 'busy' | 'hangs' | 'gone';

/** Is told of the calls as well. */
export type CallObserver = Observer & {
  called(target: CourierTarget, events: readonly OutgoingEvent[]): void;
  ended(target: CourierTarget): void;
};

const MINUTE = 60_000;

export class FlakyCourier {
  /** True: nothing fails any more. */
  calm = false;
  /** False: couriers refuse calls or do a part of them, but none dies with what it has done. */
  crashes = true;
  #time: VirtualTime;
  #chance: Chance;
  #observe: CallObserver;
  #work: Deliver;
  #skies = new Map<string, { weather: Weather; until: number }>();

  constructor(time: VirtualTime, chance: Chance, observe: CallObserver) {
    this.#time = time;
    this.#chance = chance;
    this.#observe = observe;
    this.#work = simulatedCourier(time, target => this.#reply(target), observe);
  }

  /** What the receiver of a destination is like now. */
  weather(destinationId: string): Weather {
    if (this.calm) return 'fine';
    const { now } = this.#time;
    let sky = this.#skies.get(destinationId);
    while (sky === undefined || sky.until <= now) sky = this.#next(sky);
    this.#skies.set(destinationId, sky);
    return sky.weather;
  }

  #next(sky: { weather: Weather; until: number } | undefined): { weather: Weather; until: number } {
    const chance = this.#chance;
    const from = sky?.until ?? this.#time.now;
    if (sky === undefined || sky.weather !== 'fine') {
      return { weather: 'fine', until: from + chance.spread(30 * MINUTE, 60 * 60 * MINUTE) };
    }
    const weather = chance.of<Weather>(['down', 'down', 'errors', 'errors', 'busy', 'hangs', 'gone']);
    const longest = weather === 'gone' ? 60 * MINUTE : 12 * 60 * MINUTE;
    return { weather, until: from + chance.spread(MINUTE, longest) };
  }

  deliver: Deliver = async (target, events, carrier) => {
    this.#observe.called(target, events);
    try {
      return await this.#call(target, events, carrier);
    } finally {
      this.#observe.ended(target);
    }
  };

  async #call(
    target: CourierTarget,
    events: readonly OutgoingEvent[],
    carrier: number,
  ): Promise<AttemptResult[]> {
    const chance = this.#chance;
    const luck = this.calm ? 1 : chance.next();
    if (luck < 0.004) throw new Error('the runtime refused the call');
    const crashes = this.crashes && !this.calm;
    const begins = luck < 0.012 ? chance.int(target.connections, events.length) : events.length;
    const results = await this.#work(target, events.slice(0, Math.max(1, begins)), carrier);
    // Lost after the work was done, and a courier that never answers.
    if (crashes && luck < 0.008) throw new Error('the courier was reset');
    if (crashes && luck >= 0.012 && luck < 0.015) await this.#silence(target);
    return results;
  }

  /** Never answers; by its time it is counted out. */
  async #silence(target: CourierTarget): Promise<never> {
    await this.#time.sleep(target.timeoutMs + 10_000);
    this.#observe.ended(target);
    return new Promise<never>(() => {});
  }

  #reply(target: CourierTarget): Reply {
    const chance = this.#chance;
    const ms = Math.round(chance.spread(2, 400));
    const answer = (status: number | null, retryAfterMs: number | null = null) => ({
      status,
      ms,
      retryAfterMs,
    });
    switch (this.weather(target.destinationId)) {
      case 'fine':
        return answer(!this.calm && chance.is(0.01) ? 500 : 200);
      case 'down':
        return answer(null);
      case 'errors':
        return answer(chance.is(0.6) ? chance.of([500, 502, 404, 301]) : 200);
      case 'busy':
        return chance.is(0.8) ? answer(chance.of([429, 503]), chance.int(0, 7200) * 1000) : answer(200);
      case 'hangs':
        return chance.is(0.7) ? { status: null, ms: target.timeoutMs, retryAfterMs: null } : answer(200);
      case 'gone':
        return answer(chance.is(0.05) ? 410 : 404);
    }
  }
}
