/** The calls that one destination has under way with couriers, and how many more it may have. */
import { MAX_CONNECTIONS } from '../../delivery/connections';
import type { DestinationRecord } from '../../subscriptions/webhook';
import { MAX_TRAIL } from './trail';

const EVENTS_PER_CALL = 48;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;

export type Traffic = {
  /** Calls under way. */
  calls: number;
  /** How many connections these calls may use together. */
  connections: number;
  /** How many calls may be under way at a time. */
  window: number;
  /** How long the pause after a failed call was, in ms, and until when it lasts, in ms since 1970. */
  pauseMs: number;
  pausedUntil: number;
};

/** A destination that has made no calls. */
export const newTraffic = (): Traffic => ({
  calls: 0,
  connections: 0,
  window: 1,
  pauseMs: 0,
  pausedUntil: 0,
});

/** The calls over which a destination's `max_in_flight` is spread. */
export const callsFor = (maxInFlight: number): number => Math.ceil(maxInFlight / MAX_CONNECTIONS);

/** How many connections the next call may use: an even share of what is left, so that all calls use exactly all. */
export function connectionsFor(maxInFlight: number, { calls, connections }: Traffic): number {
  const share = Math.ceil((maxInFlight - connections) / Math.max(1, callsFor(maxInFlight) - calls));
  return Math.min(MAX_CONNECTIONS, Math.max(1, share));
}

/**
 * How many events one call carries at most: one on trial, as what waits behind a receiver that hangs is sent in vain.
 * Under `key`, the next events of its keys wait for the whole call, so it carries no more than it can send at once.
 * Otherwise all calls together carry about half the trail. If they carried all of it, one slow call would stop the
 * cursor, and the other calls would have nothing to send.
 */
export function eventsPerCall({ ordering, maxInFlight }: DestinationRecord, trial: boolean): number {
  if (trial) return 1;
  if (ordering === 'key') return MAX_CONNECTIONS;
  const calls = ordering === 'strict' ? 1 : callsFor(maxInFlight);
  return Math.min(EVENTS_PER_CALL, Math.max(MAX_CONNECTIONS, Math.floor(MAX_TRAIL / 2 / calls)));
}

/** Begins a pause after a failed call; pauses get longer while calls fail. `now` in ms since 1970. */
export function pause(traffic: Traffic, now: number): void {
  traffic.pauseMs = Math.min(MAX_PAUSE_MS, Math.max(FIRST_PAUSE_MS, traffic.pauseMs * 2));
  traffic.pausedUntil = now + traffic.pauseMs;
}
