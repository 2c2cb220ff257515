/**
 * When forwarding has to go on: by a timer while the object is awake anyway, by the alarm for what is further off and
 * for what a crash would interrupt. Every setting of the alarm is a row, so it is asked for no more than needed.
 */

import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import type { CourierCalls } from './courier-calls';
import type { DestinationState } from './destination-state';
import type { Replays } from './replays';

/** While something is under way, an alarm stands so far ahead: it picks up what a crash interrupted. */
const SAFETY_MS = 30_000;
/** Waits up to this are timers; longer ones are left to the alarm, so that the object can sleep. */
const MAX_TIMER_MS = 2000;

export class WakeTimes {
  #feed: Feed;
  #rows: DeliveryRows;
  #replays: Replays;
  #calls: CourierCalls;

  constructor(feed: Feed, rows: DeliveryRows, replays: Replays, calls: CourierCalls) {
    this.#feed = feed;
    this.#rows = rows;
    this.#replays = replays;
    this.#calls = calls;
  }

  /** What the alarm is for, ms since 1970; null when nothing is due by itself. */
  alarmAt(states: Iterable<DestinationState>, now: number): number | null {
    const times: number[] = [];
    for (const state of states) {
      const { destination, gate, queue } = state;
      if (!destination.isActive) continue;
      const opensAt = gate.opensAt(destination.ratePerSecond, now);
      const retryAt = this.#rows.nextAt(destination.id, now);
      if (retryAt !== null && !gate.onlyProbes) times.push(Math.max(retryAt, opensAt ?? 0));
      // A short wait is a timer's; were it the alarm's too, a limited rate would write a row per event.
      const soon = opensAt !== null && opensAt - now <= MAX_TIMER_MS;
      if (opensAt !== null && this.#hasWork(state)) times.push(soon ? now + SAFETY_MS : opensAt);
      const resumesAt = this.#calls.resumesAt(destination.id);
      if (resumesAt !== null) times.push(resumesAt);
      // Where everything waits for a retry, the retry's time is enough.
      const ready = queue.ready > 0 || (this.#feed.goesOnAfter(queue.scan) && queue.scanRoom(1) > 0);
      const begins = opensAt === null && (ready || this.#replays.waits(destination.id));
      if (begins || state.underWay.size > 0) times.push(now + SAFETY_MS);
    }
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** What a timer is for: at most `MAX_TIMER_MS` ahead, ms since 1970, or null. */
  timerAt(states: Iterable<DestinationState>, now: number): number | null {
    const times: number[] = [];
    for (const state of states) {
      const { destination, gate, queue } = state;
      if (!destination.isActive) continue;
      if (state.unread) times.push(now);
      const overflowsAt = queue.overflowsAt(now);
      if (overflowsAt !== null) times.push(overflowsAt);
      const opensAt = gate.opensAt(destination.ratePerSecond, now);
      if (opensAt !== null && this.#hasWork(state)) times.push(opensAt);
    }
    const soon = times.filter(at => at <= now + MAX_TIMER_MS);
    return soon.length > 0 ? Math.min(...soon) : null;
  }

  #hasWork(state: DestinationState): boolean {
    const { queue, destination } = state;
    const waits = queue.busy || this.#replays.waits(destination.id) || this.#rows.has(destination.id);
    return waits || this.#feed.goesOnAfter(queue.scan);
  }
}
