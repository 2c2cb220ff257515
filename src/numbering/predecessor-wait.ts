/**
 * Holding: with `hold_seconds` an event whose predecessor is missing waits for it, so that events leave in increment
 * order. Pure.
 *
 * The frontier is the highest id up to which nothing is waited for any more: every id was received, in any form, or
 * given up. An event waits at most the hold from its own acceptance; whoever has a lower id leaves before it then,
 * also when its own time is not over. What arrives at or below the frontier was given up, and is late.
 */
import type { Epoch } from './epoch';

/** Events that may wait; beyond, the lowest are let go as if their time was over. */
const MAX_HELD = 10_000;

export type Held = { readonly id: number; readonly sequence: number; readonly until: number };

export type Hold = {
  readonly epoch: number;
  readonly frontier: number;
  /** Ascending by id. */
  readonly held: readonly Held[];
};

/** Before the epoch's first event is received. */
export const startHold = (epoch: Epoch): Hold => ({
  epoch: epoch.number,
  frontier: epoch.baseline - 1,
  held: [],
});

/** The highest id above the frontier up to which nothing is missing. */
function reach(epoch: Epoch, frontier: number): number {
  const hole = epoch.holes.find(({ to }) => to > frontier);
  return hole === undefined ? Math.max(frontier, epoch.highest) : Math.max(frontier, hole.from - 1);
}

/**
 * An id was received; `epoch` has it already.
 * `waits`: its event has to wait. `released`: those that need to wait no longer, in the order to leave, after it.
 * @param until ms since 1970; how long its event would wait. Null for an id without an event to forward
 */
export function arrive(
  hold: Hold,
  epoch: Epoch,
  id: number,
  sequence: number,
  until: number | null,
): { hold: Hold; waits: boolean; released: Held[] } {
  const limit = reach(epoch, hold.frontier);
  const waits = until !== null && id > limit;
  const at = hold.held.findIndex(other => other.id > id);
  const place = at < 0 ? hold.held.length : at;
  const held =
    waits && until !== null
      ? [...hold.held.slice(0, place), { id, sequence, until }, ...hold.held.slice(place)]
      : hold.held;
  const through = held.length > MAX_HELD ? (held[0]?.id ?? limit) : limit;
  const after = letGo({ ...hold, held }, epoch, through);
  // The bound may let go the very event that has just come: then it leaves like any other one that waited.
  return { ...after, waits };
}

/** Time has passed: whose wait is over leaves, and whoever has a lower id before it. */
export function giveUp(hold: Hold, epoch: Epoch, now: number): { hold: Hold; released: Held[] } {
  const last = hold.held.findLast(({ until }) => until <= now);
  return last === undefined ? { hold, released: [] } : letGo(hold, epoch, last.id);
}

function letGo(hold: Hold, epoch: Epoch, through: number): { hold: Hold; released: Held[] } {
  const frontier = reach(epoch, Math.max(hold.frontier, through));
  const released = hold.held.filter(({ id }) => id <= frontier);
  const held = released.length > 0 ? hold.held.slice(released.length) : hold.held;
  return { hold: { ...hold, frontier, held }, released };
}

/** When `giveUp` has something to do, ms since 1970, or null. */
export function nextGivingUp(hold: Hold | null): number | null {
  if (hold === null || hold.held.length === 0) return null;
  return hold.held.reduce((earliest, { until }) => Math.min(earliest, until), Number.POSITIVE_INFINITY);
}
