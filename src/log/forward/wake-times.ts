/**
 * When forwarding has to go on. A timer serves short waits, during which the object is awake anyway. The alarm serves
 * longer waits, and goes on after a crash. Setting the alarm costs a row, so it is not set for short waits.
 */

import { ASK_AGAIN_MS } from '../../memory/waiting-line';
import type { DeliveryRows } from '../store/delivery-rows';
import type { Feed } from '../store/feed';
import type { CourierCalls } from './courier-calls';
import type { DestinationState } from './destination-state';
import type { Replays } from './replays';

/** While something is under way, an alarm is set this many ms ahead, to go on if the object crashes. */
const SAFETY_MS = 30_000;
/** Waits up to this many ms are left to the timer. For longer ones the object may sleep until the alarm. */
const MAX_TIMER_MS = 2000;

/** Works the times out from the states of destinations. */
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

  /** When the alarm has to fire at the latest, ms since 1970; null when nothing is due by itself. */
  alarmAt(states: Iterable<DestinationState>, now: number): number | null {
    const times: number[] = [];
    for (const state of states) {
      const { destination, gate, queue } = state;
      if (!destination.isActive) continue;
      const opensAt = gate.opensAt(destination.ratePerSecond, now);
      const retryAt = this.#rows.nextAt(destination.id, now);
      if (retryAt !== null && !gate.onlyProbes) times.push(Math.max(retryAt, opensAt ?? 0));
      // Short waits are left to the timer. With an alarm for each, a rate would cost a row per event.
      const soon = opensAt !== null && opensAt - now <= MAX_TIMER_MS;
      if (opensAt !== null && this.#hasWork(state)) times.push(soon ? now + SAFETY_MS : opensAt);
      const resumesAt = this.#calls.resumesAt(destination.id);
      if (resumesAt !== null) times.push(resumesAt);
      // Not when all events wait for a retry, because an alarm for that retry is set already.
      const ready = queue.ready > 0 || (this.#feed.goesOnAfter(queue.scan) && queue.scanRoom(1) > 0);
      const begins = opensAt === null && (ready || this.#replays.waits(destination.id));
      const waits = this.#calls.isWaiting(destination.id);
      if (begins || waits || state.underWay.size > 0) times.push(now + SAFETY_MS);
    }
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** When the timer has to fire, ms since 1970, at most `MAX_TIMER_MS` from `now`; null when it need not. */
  timerAt(states: Iterable<DestinationState>, now: number): number | null {
    const times: number[] = [];
    for (const state of states) {
      const { destination, gate, queue } = state;
      if (!destination.isActive) continue;
      if (state.unread) times.push(now);
      if (this.#calls.isWaiting(destination.id)) times.push(now + ASK_AGAIN_MS);
      const overflowsAt = queue.overflowsAt(now);
      if (overflowsAt !== null) times.push(overflowsAt);
      const opensAt = gate.opensAt(destination.ratePerSecond, now);
      if (opensAt !== null && this.#hasWork(state)) times.push(opensAt);
    }
    const soon = times.filter(at => at <= now + MAX_TIMER_MS);
    return soon.length > 0 ? Math.min(...soon) : null;
  }

  /** When the next attempt of a destination begins, ms since 1970, `now` while one is under way; null for none. */
  nextAttemptAt(state: DestinationState, now: number): number | null {
    const { destination, gate, queue, underWay } = state;
    const { id, isActive, ratePerSecond } = destination;
    if (underWay.size > 0) return now;
    if (!isActive || !this.#hasWork(state)) return null;
    const ready = queue.ready > 0 || (this.#feed.goesOnAfter(queue.scan) && queue.scanRoom(1) > 0);
    const isDue = gate.onlyProbes || ready || this.#replays.waits(id);
    const dueAt = isDue ? now : (this.#rows.earliestAt(id) ?? now);
    return Math.max(now, dueAt, gate.opensAt(ratePerSecond, now) ?? 0, this.#calls.resumesAt(id) ?? 0);
  }

  /** Whether any event waits for a destination, those of replays left out, as far as that is known without reading. */
  hasEvents({ queue, destination }: DestinationState): boolean {
    return queue.unfinished.size > 0 || this.#rows.has(destination.id) || this.#feed.goesOnAfter(queue.scan);
  }

  #hasWork(state: DestinationState): boolean {
    return this.#replays.waits(state.destination.id) || this.hasEvents(state);
  }
}
