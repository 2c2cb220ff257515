/**
 * Doubt: which parts of a hole are missing in every reading of what arrived. Pure.
 *
 * While an epoch is suspected (`suspicion.ts`) there are two readings: its ids are its own, or they are ids of the epoch before
 * that were sent again. An id is surely missing when neither has received it, and is named once. Ids before the first known one
 * of an epoch that began without its id 1 are never sure: nobody knows where its numbering began to be sent here.
 */
import { type Epoch, standingOf, youngHole } from './epoch';
import { withShadowOf } from './epochs';
import { type Hole, type HolePart, isMerged } from './holes';
import { isDoubtful } from './suspicion';
import type { Tracker } from './types';

type Range = readonly [from: number, to: number];

/** Whether a hole is that before the first known id of an epoch. */
export const isLead = ({ from }: Hole, { foundByConflicts }: Epoch): boolean =>
  foundByConflicts && from === 1;

/**
 * What divides a hole of an epoch into parts, ascending: one where all of it is as sure, as nearly always. Null where no hole of
 * the epoch can be doubtful, so that nobody need look at each.
 */
export function doubtOf(tracker: Tracker, epoch: Epoch): ((hole: Hole) => HolePart[]) | null {
  const [lead] = epoch.holes;
  const { before, after } = readingsBeside(tracker, epoch);
  const hasLead = lead !== undefined && isLead(lead, epoch);
  if (before.length + after.length === 0 && !hasLead) return null;
  return hole => {
    if (isLead(hole, epoch)) return [{ hole, doubtful: true }];
    let sure: readonly Range[] = [[hole.from, hole.to]];
    for (const other of before) sure = sure.flatMap(range => above(other, range));
    for (const other of after) sure = sure.flatMap(range => absentIn(other, range));
    const [only] = sure;
    const isWhole = only !== undefined && only[0] === hole.from && only[1] === hole.to;
    if (isWhole) return [{ hole, doubtful: false }];
    // Which ids of a merged range are missing is not known, so it cannot be divided.
    if (only === undefined || isMerged(hole)) return [{ hole, doubtful: true }];
    return divided(hole, sure);
  };
}

/** Whether ids from `from` to `to` are missing right before another in every reading, so that the event may say so. */
export function isSurelyMissing(tracker: Tracker, epoch: Epoch, [from, to]: Range): boolean {
  const parts = doubtOf(tracker, epoch)?.(youngHole(from, to, 0)) ?? [];
  return parts.every(({ doubtful }) => !doubtful);
}

type Beside = { before: readonly Pick<Epoch, 'highest'>[]; after: readonly Epoch[] };

/** The epochs that have the ids of this one in another reading: those before a doubtful one, and doubtful ones after it. */
function readingsBeside(tracker: Tracker, epoch: Epoch): Beside {
  const { shadow } = tracker;
  const epochs = withShadowOf(tracker);
  const isOther = (other: Epoch) => other === shadow || isDoubtful(other);
  const at = epochs.indexOf(epoch);
  if (at < 0) return { before: [], after: [] };
  const firstSure = epochs.findIndex((other, i) => i >= at && !isOther(other));
  const lastSure = epochs.findLastIndex((other, i) => i < at && !isOther(other));
  // Where no sure one is left, all may be ids of one that closed meanwhile.
  const before =
    firstSure < 0 ? [...epochs.slice(at + 1), ...tracker.closedEpochs] : epochs.slice(at + 1, firstSure + 1);
  return { before, after: epochs.slice(lastSure + 1, at) };
}

/** Whether a later epoch has received this id of an epoch's hole, perhaps as that one's. */
export const isReadLater = (tracker: Tracker, epoch: Epoch, id: number): boolean =>
  readingsBeside(tracker, epoch).after.some(other => standingOf(other, id) === 'received');

/** The part of a range that is above all that an epoch has. What it misses itself is named there. */
const above = (epoch: Pick<Epoch, 'highest'>, [from, to]: Range): Range[] =>
  to > epoch.highest ? [[Math.max(from, epoch.highest + 1), to]] : [];

/** The parts of a range that a doubtful epoch has not received. Where that is not sure, they are left out. */
export function absentIn(epoch: Epoch, [from, to]: Range): Range[] {
  const ranges: Range[] = epoch.holes
    .filter(hole => !isMerged(hole) && hole.to >= from && hole.from <= to)
    .map(hole => [Math.max(from, hole.from), Math.min(to, hole.to)]);
  // It has all that it received above its baseline.
  const below: Range[] = from < epoch.baseline ? [[from, Math.min(to, epoch.baseline - 1)]] : [];
  return joined([...below, ...ranges, ...above(epoch, [from, to])]);
}

/** Ranges that touch are one. */
function joined(ranges: readonly Range[]): Range[] {
  const all: Range[] = [];
  for (const [from, to] of ranges) {
    const last = all.at(-1);
    if (last !== undefined && last[1] + 1 === from) all[all.length - 1] = [last[0], to];
    else all.push([from, to]);
  }
  return all;
}

function divided(hole: Hole, sure: readonly Range[]): HolePart[] {
  const parts: HolePart[] = [];
  const add = (from: number, to: number, doubtful: boolean) => {
    if (from <= to) parts.push({ hole: { ...hole, from, to, missing: to - from + 1 }, doubtful });
  };
  let next = hole.from;
  for (const [from, to] of sure) {
    add(next, from - 1, true);
    add(from, to, false);
    next = to + 1;
  }
  add(next, hole.to, true);
  return parts;
}
