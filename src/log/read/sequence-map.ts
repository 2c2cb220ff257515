/**
 * What became of the increment ids of a range. Up to `MAX_EXACT_IDS` ids are looked up one by one, 64 to a row; of longer
 * ranges only the holes and the gap list are read, so that a million ids cost no more.
 */
import { type Epoch, highestGiven } from '../../numbering/epoch';
import { epochsOf } from '../../numbering/epochs';
import { type Hole, isMerged } from '../../numbering/holes';
import {
  type EpochSpan,
  MAX_CELLS,
  type SequenceCell,
  type SequenceMap,
  type SequenceMapQuery,
} from '../contract/sequence-map';
import { rangesOf } from '../forward/settled-ahead';
import { isNumbered } from './gaps';
import { cellsOf, type IdRange, type Marks } from './sequence-cells';
import type { Views } from './views';

/** 100 rows. */
const MAX_EXACT_IDS = 6400;
/** Up to so many ids the event of each is read: only it knows that it came late, where its hole was never in the list. */
const MAX_EVENTS = 500;
/** Entries of the gap list that are read, and events in quarantine, of a longer range. */
const MAX_MARKS = 2000;
const USUAL_IDS = 100;

type LogView = Pick<Views, 'webhook' | 'log'>;

export function readSequenceMap({ webhook, log }: LogView, query: SequenceMapQuery): SequenceMap {
  if (!isNumbered(webhook)) return { kind: 'unnumbered' };
  const all = epochsOf(log.state.tracker);
  const epochs = all.map(spanOf);
  const epoch = query.epoch === null ? all[0] : all.find(({ number }) => number === query.epoch);
  if (epoch === undefined) {
    if (query.epoch !== null) return { kind: 'unknown_epoch', epochs };
    return { kind: 'ok', epochs, epoch: null, cells: [], exact: true };
  }
  const range = rangeOf(spanOf(epoch), query);
  const ids = range.to - range.from + 1;
  const exact = ids <= MAX_EXACT_IDS;
  const { holes, marks } = exact ? lookedUp(log, epoch, range) : listed(log, epoch, range);
  const cells = cellsOf(range, Math.min(query.cells, MAX_CELLS), holes, marks);
  return {
    ...{ kind: 'ok', epochs, epoch: epoch.number, exact },
    cells: cells.map(cell => ({ ...cell, ...lastOf(log, epoch.number, cell) })),
  };
}

const spanOf = (epoch: Epoch): EpochSpan => ({
  epoch: epoch.number,
  first: epoch.baseline,
  highest: highestGiven(epoch),
  startedAt: epoch.startedAt,
});

/** What is asked for, as far as the numbering goes; empty (`to` below `from`) where it does not go there. */
function rangeOf({ first, highest }: EpochSpan, { from, to }: SequenceMapQuery): IdRange {
  const last = Math.min(to ?? highest, highest);
  return { from: Math.max(first, from ?? last - USUAL_IDS + 1), to: last };
}

type Known = { holes: Hole[]; marks: Marks };

const within = ({ holes }: Epoch, { from, to }: IdRange): Hole[] =>
  holes.filter(hole => hole.to >= from && hole.from <= to);

/** Every id of the range by its record. */
function lookedUp(log: LogView['log'], epoch: Epoch, range: IdRange): Known {
  const holes = within(epoch, range).flatMap(hole =>
    isMerged(hole) ? sorted(log, epoch, hole, range) : [hole],
  );
  const readsEvents = range.to - range.from + 1 <= MAX_EVENTS;
  const late = readsEvents ? null : filledIn(log, epoch, range);
  const marks: { id: number; state: Marks[number]['state'] }[] = [];
  for (let id = range.from; id <= range.to; id++) {
    const known = log.tables.known.lookup(epoch.number, id);
    if (known === null || known === 'forgotten') continue;
    if (known.kind !== 'accepted') marks.push({ id, state: known.kind });
    else if (known.added) marks.push({ id, state: 'refilled' });
    else if (late === null ? log.feed.event(known.sequence)?.late === true : late.has(id))
      marks.push({ id, state: 'late' });
  }
  return { holes, marks };
}

/** The missing ids of a merged range, which also spans received ones. */
function sorted(log: LogView['log'], epoch: Epoch, hole: Hole, range: IdRange): Hole[] {
  const missing: number[] = [];
  for (let id = Math.max(hole.from, range.from); id <= Math.min(hole.to, range.to); id++) {
    if (log.tables.known.lookup(epoch.number, id) === null) missing.push(id);
  }
  return rangesOf(missing).map(([from, to]) => ({ ...hole, from, to, missing: to - from + 1 }));
}

/** What the gap list and the quarantine know. */
function listed(log: LogView['log'], epoch: Epoch, range: IdRange): Known {
  const marks = [...filledIn(log, epoch, range)].map(id => ({ id, state: 'late' as const }));
  const held = log.tables.events
    .quarantined('desc', Number.MAX_SAFE_INTEGER, MAX_MARKS)
    .filter(event => event.epoch === epoch.number && event.incrementId !== null)
    .map(({ incrementId }) => ({ id: incrementId ?? 0, state: 'quarantined' as const }));
  return {
    holes: within(epoch, range),
    marks: [...marks, ...held]
      .filter(({ id }) => id >= range.from && id <= range.to)
      .sort((a, b) => a.id - b.id),
  };
}

const filledIn = ({ tables }: LogView['log'], { number }: Epoch, { from, to }: IdRange): Set<number> =>
  new Set(tables.gaps.filled(number, from, to, MAX_MARKS));

/** The last received id of a cell, as far as it is on record: where a click leads, and what the axis of time says. */
function lastOf(
  log: LogView['log'],
  epoch: number,
  { from, to }: Pick<SequenceCell, 'from' | 'to'>,
): Pick<SequenceCell, 'sequence' | 'receivedAt'> {
  // Of a cell that ends in a hole, only the next few ids: a cell is for a glance.
  for (let id = to; id >= from && id > to - 8; id--) {
    const known = log.tables.known.lookup(epoch, id);
    if (known === null || known === 'forgotten' || known.kind === 'ignored') continue;
    const event = log.feed.event(known.sequence);
    if (event !== null) return { sequence: known.sequence, receivedAt: event.receivedAt };
  }
  return { sequence: null, receivedAt: null };
}
