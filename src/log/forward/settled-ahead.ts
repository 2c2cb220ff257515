/**
 * What is settled ahead of a cursor: events that need nothing more, though one before them still waits.
 *
 * A cursor alone cannot say so, and an object that leaves memory would send them again. They travel as ranges in the
 * document that every flush writes anyway, so that they cost no row; sequences that follow each other share a range, and
 * there are never more than a trail holds. Pure.
 */

/** Both ends belong to it. */
export type SequenceRange = [from: number, to: number];

/** The same sequences as ranges, ascending. */
export function rangesOf(sequences: Iterable<number>): SequenceRange[] {
  const ranges: SequenceRange[] = [];
  for (const sequence of [...sequences].sort((a, b) => a - b)) extend(ranges, sequence, sequence);
  return ranges;
}

/** The same sequences, ascending and once, of ranges in any order. */
export function united(ranges: readonly SequenceRange[]): SequenceRange[] {
  const all: SequenceRange[] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) extend(all, from, to);
  return all;
}

/** Adds what begins no earlier than the last of ascending ranges. */
export function extend(ranges: SequenceRange[], from: number, to: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
  else ranges.push([from, to]);
}

/** One by one what `rangesOf` made ranges of. */
export function* sequencesOf(ranges: Iterable<SequenceRange>): Generator<number> {
  for (const [from, to] of ranges) for (let sequence = from; sequence <= to; sequence++) yield sequence;
}

/** What is left of a range without some of its sequences. */
export function without([from, to]: SequenceRange, sequences: Iterable<number>): SequenceRange[] {
  const left: SequenceRange[] = [];
  let next = from;
  for (const [first, last] of rangesOf(sequences)) {
    if (last < next) continue;
    if (first > to) break;
    if (first > next) left.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= to) left.push([next, to]);
  return left;
}

/** The first range that has, or lies beyond, a sequence; null where none does. The ranges ascend. */
export function rangeFrom(ranges: readonly SequenceRange[], sequence: number): SequenceRange | null {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ranges[middle]?.[1] ?? 0) >= sequence) high = middle;
    else low = middle + 1;
  }
  return ranges[low] ?? null;
}
