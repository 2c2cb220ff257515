/**
 * The hold: with `hold_seconds`, an event whose predecessor is missing waits for it, so that events leave in the order
 * of their increment ids. Pure.
 *
 * Up to the frontier nothing is waited for: every id there was received, in any form, or given up. An event waits at
 * most `hold_seconds` from its own acceptance. When it leaves, all waiting events with lower ids leave before it, even
 * if their own time is not over. An id that arrives at or below the frontier had been given up, so it is late.
 */
import { isLead } from './doubt';
import { type Epoch, highestGiven } from './epoch';

/** How many events may wait. Beyond that, the one with the lowest id leaves as if its time was over. */
const MAX_HELD = 10_000;

/** An event that waits; `until` in ms since 1970. */
export type Held = { readonly id: number; readonly sequence: number; readonly until: number };

/** Who waits in an epoch, and how far nothing is waited for. */
export type Hold = {
  readonly epoch: number;
  readonly frontier: number;
  /** Ascending by id. */
  readonly held: readonly Held[];
};

/** The hold of an epoch before its first event. What comes before the first known id is not waited for. */
export function startHold(epoch: Epoch): Hold {
  const [first] = epoch.holes;
  const frontier = first !== undefined && isLead(first, epoch) ? first.to : epoch.baseline - 1;
  return { epoch: epoch.number, frontier, held: [] };
}

/** The highest id above the frontier up to which nothing is missing. What an epoch is only read to have sent does not count. */
function reach(epoch: Epoch, frontier: number): number {
  const hole = epoch.holes.find(({ to }) => to > frontier);
  const highest = Math.min(epoch.highest, highestGiven(epoch));
  return Math.max(frontier, hole === undefined ? highest : Math.min(highest, hole.from - 1));
}

/**
 * The hold after an id was received. `waits`: its event has to wait. `released`: events that need not wait any longer,
 * in the order in which they leave; they leave after the event that has just come.
 * @param epoch after it received the id
 * @param until when the event's wait would end, ms since 1970; null for an id without an event to forward
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
  // The bound may release the very event that has just come. It then leaves like any other event that waited.
  return { ...after, waits };
}

/** The hold at `now` (ms since 1970). Events whose wait is over are released, with all that have lower ids. */
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
