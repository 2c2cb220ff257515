/**
 * Closing holes by hand, when an operator knows that ids will not come or no longer matter. Pure.
 *
 * A resolved id is not waited for and not listed as open. The tracker still knows that it is missing: if it arrives
 * after all, its event is accepted and fills the hole. Ids of the range that were received stay as they are.
 */
import { epochsOf } from './epochs';
import { type Hole, isMerged } from './holes';
import type { Resolved, Tracker } from './types';

export type Resolution =
  | { kind: 'ok'; tracker: Tracker; epoch: number; resolved: Resolved[] }
  /** The epoch is closed, or never existed. */
  | { kind: 'unknown_epoch' }
  /** The range cuts through holes that were merged: which ids are missing on each side is not known. */
  | { kind: 'merged'; from: number; to: number };

/** Closes the holes of `from..to` (both included). @param number of the epoch; null for the current one */
export function resolve(tracker: Tracker, number: number | null, from: number, to: number): Resolution {
  const epoch =
    number === null ? tracker.current : epochsOf(tracker).find(candidate => candidate.number === number);
  if (epoch === undefined || epoch === null) return { kind: 'unknown_epoch' };

  const holes: Hole[] = [];
  const resolved: Resolved[] = [];
  for (const hole of epoch.holes) {
    if (hole.to < from || hole.from > to || hole.status === 'resolved') {
      holes.push(hole);
      continue;
    }
    const isWhole = from <= hole.from && to >= hole.to;
    if (isMerged(hole) && !isWhole) return { kind: 'merged', from: hole.from, to: hole.to };
    const parts = isWhole ? [{ ...hole, status: 'resolved' as const }] : cut(hole, from, to);
    holes.push(...parts);
    resolved.push({ hole, parts });
  }
  if (resolved.length === 0) return { kind: 'ok', tracker, epoch: epoch.number, resolved };
  const changed = { ...epoch, holes };
  const next: Tracker = {
    ...tracker,
    current: tracker.current === epoch ? changed : tracker.current,
    earlierEpochs: tracker.earlierEpochs.map(other => (other === epoch ? changed : other)),
  };
  return { kind: 'ok', tracker: next, epoch: epoch.number, resolved };
}

function cut(hole: Hole, from: number, to: number): Hole[] {
  const part = (first: number, last: number, status: Hole['status']): Hole[] =>
    first > last ? [] : [{ ...hole, from: first, to: last, missing: last - first + 1, status }];
  return [
    ...part(hole.from, from - 1, hole.status),
    ...part(Math.max(hole.from, from), Math.min(hole.to, to), 'resolved'),
    ...part(to + 1, hole.to, hole.status),
  ];
}
