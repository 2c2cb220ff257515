/** Divides a range of increment ids into cells, and counts what became of the ids of each. Pure. */
import { type Hole, isMerged } from '../../numbering/holes';
import type { IdState, SequenceCell } from '../contract/sequence-map';

export type IdRange = { from: number; to: number };

/** What is known of single ids, beyond the holes. Ascending by id. */
export type Marks = readonly { id: number; state: IdState }[];

const STATE_OF: Record<Hole['status'], IdState> = {
  young: 'awaited',
  open: 'missing',
  uncertain: 'uncertain',
  expired: 'expired',
  resolved: 'resolved',
  // It was never sure that these ids were sent.
  lapsed: 'uncertain',
};

/**
 * The cells of a range, all of the same size but the last. Of a merged hole each cell has its share of the missing ids.
 * @param count cells at most, at least 1 @param holes ascending
 */
export function cellsOf(
  { from, to }: IdRange,
  count: number,
  holes: readonly Hole[],
  marks: Marks,
): Omit<SequenceCell, 'sequence' | 'receivedAt'>[] {
  const size = Math.max(1, Math.ceil((to - from + 1) / count));
  const cells: Omit<SequenceCell, 'sequence' | 'receivedAt'>[] = [];
  let hole = 0;
  let mark = 0;
  for (let first = from; first <= to; first += size) {
    const last = Math.min(to, first + size - 1);
    const counts: Partial<Record<IdState, number>> = {};
    let received = last - first + 1;
    const count = (state: IdState, ids: number): void => {
      if (ids <= 0) return;
      counts[state] = (counts[state] ?? 0) + ids;
      received -= ids;
    };
    while (hole < holes.length && (holes[hole]?.to ?? 0) < first) hole++;
    for (let i = hole; i < holes.length; i++) {
      const one = holes[i];
      if (one === undefined || one.from > last) break;
      count(STATE_OF[one.status], missingIn(one, first, last));
    }
    while (mark < marks.length && (marks[mark]?.id ?? 0) < first) mark++;
    for (; mark < marks.length; mark++) {
      const one = marks[mark];
      if (one === undefined || one.id > last) break;
      if (received > 0) count(one.state, 1);
    }
    if (received > 0) counts.received = received;
    cells.push({ from: first, to: last, counts });
  }
  return cells;
}

function missingIn(hole: Hole, first: number, last: number): number {
  const overlap = Math.min(hole.to, last) - Math.max(hole.from, first) + 1;
  if (!isMerged(hole)) return overlap;
  return Math.round((hole.missing * overlap) / (hole.to - hole.from + 1));
}
